using System.Text;

namespace Gateway.Agent.Commands;

/// <summary>Reads one stream of bytes as UTF-8 text, piece by piece; a character that is cut between two pieces comes whole with the second.</summary>
internal sealed class OutputDecoder
{
    private readonly Decoder decoder = Encoding.UTF8.GetDecoder();

    /// <summary>The text that is complete with these bytes; what is not UTF-8, and NUL, becomes U+FFFD.</summary>
    public string Decode(ReadOnlySpan<byte> bytes)
    {
        Span<char> text = new char[decoder.GetCharCount(bytes, flush: false)];
        text = text[..decoder.GetChars(bytes, text, flush: false)];
        text.Replace('\0', '\uFFFD');
        return new string(text);
    }
}
