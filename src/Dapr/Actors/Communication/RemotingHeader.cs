using System.Globalization;
using System.Text;
using System.Xml;

namespace Dapr.Actors.Communication;

/// <summary>
/// <c>X-DaprRequestHeader</c>, whose presence makes a call a typed one. It is the XML that a data contract serializer makes of
/// the official SDK's header object; a sidecar passes it through.
/// </summary>
internal static class RemotingHeader
{
    public const string RequestName = "X-DaprRequestHeader";
    public const string ErrorName = "X-DaprErrorResponseHeader";
    public const string ActorNamespace = "urn:actors";

    public static string Write(ActorMethod method, string actorType, ActorId actorId) => string.Create(
        CultureInfo.InvariantCulture,
        $"""<z:anyType i:type="a:ActorHeader" xmlns:z="http://schemas.microsoft.com/2003/10/Serialization/" xmlns:i="http://www.w3.org/2001/XMLSchema-instance" xmlns:a="urn:actors"><a:MethodId>{method.Id}</a:MethodId><a:InterfaceId>{method.InterfaceId}</a:InterfaceId><a:ActorId xmlns:b="http://schemas.datacontract.org/2004/07/Dapr.Actors"><b:ActorId>{Text(actorId.GetId())}</b:ActorId></a:ActorId><a:CallContext>{Guid.NewGuid()}</a:CallContext><a:Headers xmlns:b="http://schemas.microsoft.com/2003/10/Serialization/Arrays"/><a:MethodName>{Text(method.Name)}</a:MethodName><a:ActorType>{Text(actorType)}</a:ActorType></z:anyType>""");

    /// <summary>Reads which method a header means.</summary>
    /// <exception cref="XmlException">The header is not XML.</exception>
    /// <exception cref="FormatException">It lacks an id, or one is no number.</exception>
    public static (int InterfaceId, int MethodId) Read(string header)
    {
        int? interfaceId = null, methodId = null;
        using var reader = XmlReader.Create(new StringReader(header), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
        reader.MoveToContent();
        var more = reader.Read();
        while (more && (interfaceId is null || methodId is null))
        {
            if (Is(reader, "MethodId")) methodId = Number(reader);
            else if (Is(reader, "InterfaceId")) interfaceId = Number(reader);
            else more = reader.Read();
        }

        if (interfaceId is null || methodId is null) throw new FormatException("The request header names no method.");
        return (interfaceId.Value, methodId.Value);
    }

    private static bool Is(XmlReader reader, string name) =>
        reader.NodeType == XmlNodeType.Element && reader.LocalName == name && reader.NamespaceURI == ActorNamespace;

    private static int Number(XmlReader reader) => int.Parse(reader.ReadElementContentAsString(), CultureInfo.InvariantCulture);

    /// <summary>Escapes for XML, and what is not ASCII as character references: an HTTP header has no other way to carry it.</summary>
    private static string Text(string value)
    {
        var plain = true;
        foreach (var character in value) plain &= char.IsAsciiLetterOrDigit(character) || character is '-' or '_' or '.';
        if (plain) return value;

        var text = new StringBuilder(value.Length * 2);
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.IsAscii && !Rune.IsControl(rune) && rune.Value is not ('<' or '>' or '&')) text.Append((char)rune.Value);
            else text.Append(CultureInfo.InvariantCulture, $"&#{rune.Value};");
        }

        return text.ToString();
    }
}
