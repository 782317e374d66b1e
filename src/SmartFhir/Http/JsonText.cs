using System.Text;

namespace SmartFhir.Http;

/// <summary>JSON as UTF-8 without a byte-order mark, which is what System.Text.Json reads; some servers send UTF-8 with one, or UTF-16.</summary>
internal static class JsonText
{
    /// <summary>The same text in UTF-8. A body without a byte-order mark is returned as it is.</summary>
    public static ReadOnlyMemory<byte> ToUtf8(ReadOnlyMemory<byte> body) => body.Span switch
    {
        [0xEF, 0xBB, 0xBF, ..] => body[3..],
        [0xFF, 0xFE, ..] => Transcode(Encoding.Unicode, body.Span[2..]),
        [0xFE, 0xFF, ..] => Transcode(Encoding.BigEndianUnicode, body.Span[2..]),
        _ => body,
    };

    private static byte[] Transcode(Encoding encoding, ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetBytes(encoding.GetString(bytes));
}
