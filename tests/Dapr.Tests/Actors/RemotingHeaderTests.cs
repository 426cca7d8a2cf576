using System.Runtime.Serialization;
using System.Text;
using System.Xml;
using Dapr.Actors;
using Dapr.Actors.Communication;

namespace Gateway.Dapr.Tests.Actors;

/// <summary>Holds our headers and error bodies to data contracts with the official SDK's names, read and written by .NET's own serializer.</summary>
public class RemotingHeaderTests
{
    private static readonly DataContractSerializer Requests = new(typeof(IOfficialHeader), [typeof(OfficialRequestHeader)]);
    private static readonly DataContractSerializer Responses = new(typeof(IOfficialHeader), [typeof(OfficialResponseHeader)]);
    private static readonly ActorMethod Add = ActorInterface.Method(typeof(ICounterActor).GetMethod(nameof(ICounterActor.AddAsync))!);

    private interface IOfficialHeader;

    [Theory]
    [InlineData("123456789", unchecked((int)0xF1A4F00A))]
    [InlineData("", 0)]
    public void Id_IsTheLowHalfOfCrc64We(string text, int expected) => Assert.Equal(expected, Crc64.Id(text));

    [Fact]
    public void Ids_AreThoseOfNamespaceTypeAndMethod()
    {
        Assert.Equal(Crc64.Id("Gateway.Dapr.Tests.ActorsICounterActor"), Add.InterfaceId);
        Assert.Equal(Crc64.Id("ICounterActorGateway.Dapr.Tests.ActorsAddAsync"), Add.Id);
        var reset = ActorInterface.Method(typeof(IResettable).GetMethod(nameof(IResettable.ResetAsync))!);
        Assert.Equal(Crc64.Id("Gateway.Dapr.Tests.ActorsIResettable"), reset.InterfaceId);
    }

    [Theory]
    [InlineData("device-1")]
    [InlineData("a<b>&\"c' d")]
    [InlineData("ü漢😀")]
    public void Write_AnyId_IsReadByTheOfficialContract(string id)
    {
        var text = RemotingHeader.Write(Add, "Counter", new ActorId(id));
        Assert.True(Ascii.IsValid(text));

        using var reader = XmlDictionaryReader.CreateTextReader(Encoding.ASCII.GetBytes(text), XmlDictionaryReaderQuotas.Max);
        var header = Assert.IsType<OfficialRequestHeader>(Requests.ReadObject(reader));

        Assert.Equal((Add.Id, Add.InterfaceId), (header.MethodId, header.InterfaceId));
        Assert.Equal((id, "AddAsync", "Counter"), (header.ActorId!.Text, header.MethodName, header.ActorType));
        Assert.NotNull(header.CallContext);
        Assert.Empty(header.Headers);
    }

    [Fact]
    public void Read_HeaderOfTheOfficialContract_FindsTheIds()
    {
        var text = Text(Requests, new OfficialRequestHeader { MethodId = -5, InterfaceId = 7, ActorId = new OfficialActorId { Text = "x" }, MethodName = "M" });
        Assert.Equal((7, -5), RemotingHeader.Read(text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not xml")]
    [InlineData("<a/>")]
    [InlineData("<!DOCTYPE a [<!ENTITY e \"x\">]><a>&e;</a>")]
    public void Read_AnythingElse_IsRefused(string text) =>
        Assert.True(Record.Exception(() => RemotingHeader.Read(text)) is XmlException or FormatException);

    [Fact]
    public void Error_IsReadByTheOfficialContract()
    {
        var (header, body) = RemotingError.Write(Thrown());

        using var reader = XmlDictionaryReader.CreateTextReader(Encoding.UTF8.GetBytes(header), XmlDictionaryReaderQuotas.Max);
        var entries = Assert.IsType<OfficialResponseHeader>(Responses.ReadObject(reader)).Headers;
        Assert.Equal(["HasRemoteException", "RemoteMethodException"], entries.Keys);
        Assert.Contains("Exception: InvalidOperationException, Method Name: Thrown", Encoding.UTF8.GetString(entries["RemoteMethodException"]), StringComparison.Ordinal);

        using var binary = XmlDictionaryReader.CreateBinaryReader(body, XmlDictionaryReaderQuotas.Max);
        var data = (OfficialError)new DataContractSerializer(typeof(OfficialError)).ReadObject(binary)!;
        Assert.Equal(("System.InvalidOperationException", "<boom>"), (data.Type, data.Message));
    }

    [Fact]
    public void Error_OfTheOfficialContract_IsRead()
    {
        var header = Text(Responses, new OfficialResponseHeader { Headers = { ["HasRemoteException"] = [], ["RemoteMethodException"] = "details"u8.ToArray() } });
        using var body = new MemoryStream();
        using (var writer = XmlDictionaryWriter.CreateBinaryWriter(body, null, null, ownsStream: false))
            new DataContractSerializer(typeof(OfficialError)).WriteObject(writer, new OfficialError { Type = "T", Message = "m" });

        var exception = RemotingError.Read(header, body.ToArray());

        Assert.EndsWith("details", exception.Message, StringComparison.Ordinal);
        var inner = Assert.IsType<ActorInvokeException>(exception.InnerException);
        Assert.Equal(("T", "m"), (inner.ActualExceptionType, inner.Message));
        Assert.Equal("ERR_ACTOR_INVOKE_METHOD", exception.ErrorCode);
    }

    [Fact]
    public void Error_ThatCannotBeRead_IsStillAnError()
    {
        var exception = RemotingError.Read("not xml", [1, 2, 3]);
        Assert.Null(exception.InnerException);
    }

    private static InvalidOperationException Thrown()
    {
        try
        {
            throw new InvalidOperationException("<boom>");
        }
        catch (InvalidOperationException exception)
        {
            return exception;
        }
    }

    private static string Text(DataContractSerializer serializer, object value)
    {
        using var stream = new MemoryStream();
        using (var writer = XmlDictionaryWriter.CreateTextWriter(stream, Encoding.UTF8, ownsStream: false)) serializer.WriteObject(writer, value);
        return Encoding.UTF8.GetString(stream.ToArray());
    }

    [DataContract(Name = "ActorId", Namespace = "http://schemas.datacontract.org/2004/07/Dapr.Actors")]
    private sealed class OfficialActorId
    {
        [DataMember(Name = "ActorId", Order = 0, IsRequired = true)]
        public string? Text { get; set; }
    }

    [DataContract(Name = "ActorHeader", Namespace = "urn:actors")]
    private sealed class OfficialRequestHeader : IOfficialHeader
    {
        [DataMember(IsRequired = true, Order = 0)]
        public int MethodId { get; set; }

        [DataMember(IsRequired = true, Order = 1)]
        public int InterfaceId { get; set; }

        [DataMember(IsRequired = false, Order = 2, EmitDefaultValue = false)]
        public string? InvocationId { get; set; }

        [DataMember(IsRequired = false, Order = 3)]
        public OfficialActorId? ActorId { get; set; }

        [DataMember(IsRequired = false, Order = 4)]
        public string? CallContext { get; set; }

        [DataMember(IsRequired = true, Order = 5)]
        public Dictionary<string, byte[]> Headers { get; set; } = [];

        [DataMember(IsRequired = false, Order = 6)]
        public string? MethodName { get; set; }

        [DataMember(IsRequired = false, Order = 7)]
        public string? ActorType { get; set; }
    }

    [DataContract(Name = "ActorResponseMessageHeaders", Namespace = "urn:actors")]
    private sealed class OfficialResponseHeader : IOfficialHeader
    {
        [DataMember(IsRequired = true, Order = 2)]
        public Dictionary<string, byte[]> Headers { get; set; } = [];
    }

    [DataContract(Name = "ActorInvokeExceptionData", Namespace = "urn:actors")]
    private sealed class OfficialError
    {
        [DataMember]
        public string? Type { get; set; }

        [DataMember]
        public string? Message { get; set; }
    }
}
