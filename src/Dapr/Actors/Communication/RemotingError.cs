using System.Diagnostics;
using System.Globalization;
using System.Runtime.Serialization;
using System.Text;
using System.Xml;

namespace Dapr.Actors.Communication;

/// <summary>
/// How an exception of a typed method travels: HTTP 200 with <c>X-DaprErrorResponseHeader</c> (XML with a line of details in
/// base64) and a body in .NET's binary XML with the exception's type and message.
/// </summary>
internal static class RemotingError
{
    private const string EntryName = "KeyValueOfstringbase64Binary";
    private const string ArraysNamespace = "http://schemas.microsoft.com/2003/10/Serialization/Arrays";
    private static readonly DataContractSerializer Data = new(typeof(ActorInvokeExceptionData));

    /// <summary>The header and body for an exception.</summary>
    public static (string Header, byte[] Body) Write(Exception exception)
    {
        var details = Convert.ToBase64String(Encoding.UTF8.GetBytes(Details(exception)));
        var header =
            $"""<z:anyType i:type="a:ActorResponseMessageHeaders" xmlns:z="http://schemas.microsoft.com/2003/10/Serialization/" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:a="urn:actors"><a:Headers xmlns:b="{ArraysNamespace}"><b:{EntryName}><b:Key>HasRemoteException</b:Key><b:Value/></b:{EntryName}><b:{EntryName}><b:Key>RemoteMethodException</b:Key><b:Value>{details}</b:Value></b:{EntryName}></a:Headers></z:anyType>""";
        using var body = new MemoryStream();
        using (var writer = XmlDictionaryWriter.CreateBinaryWriter(body, null, null, ownsStream: false))
            Data.WriteObject(writer, new ActorInvokeExceptionData { Type = exception.GetType().FullName, Message = exception.Message });
        return (header, body.ToArray());
    }

    /// <summary>The exception that a caller gets for an error reply.</summary>
    public static ActorMethodInvocationException Read(string header, byte[] body) =>
        new("Remote Actor Method Exception,  DETAILS: " + ReadDetails(header), ReadBody(body), isTransient: false);

    private static string Details(Exception exception)
    {
        var frame = new StackTrace(exception, fNeedFileInfo: true).GetFrame(0);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"Exception: {exception.GetType().Name}, Method Name: {frame?.GetMethod()?.Name}, Line Number: {frame?.GetFileLineNumber() ?? 0}, Exception uuid: {Guid.NewGuid()}");
    }

    private static string ReadDetails(string header)
    {
        try
        {
            using var reader = XmlReader.Create(new StringReader(header), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            var details = string.Empty;
            while (reader.ReadToFollowing("Value", ArraysNamespace)) details = reader.ReadElementContentAsString();
            return Encoding.UTF8.GetString(Convert.FromBase64String(details));
        }
        catch (Exception exception) when (exception is XmlException or FormatException)
        {
            return string.Empty;
        }
    }

    private static ActorInvokeException? ReadBody(byte[] body)
    {
        try
        {
            using var reader = XmlDictionaryReader.CreateBinaryReader(body, XmlDictionaryReaderQuotas.Max);
            return Data.ReadObject(reader) is ActorInvokeExceptionData data ? new ActorInvokeException(data.Type, data.Message) : null;
        }
        catch (Exception exception) when (exception is XmlException or SerializationException)
        {
            return null;
        }
    }
}
