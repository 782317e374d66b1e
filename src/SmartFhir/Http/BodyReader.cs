using System.Globalization;

namespace SmartFhir.Http;

/// <summary>Reads a body into one array of the right size, and no further than allowed.</summary>
internal static class BodyReader
{
    private const int FirstGuess = 64 * 1024;
    private const int LargestTrusted = 16 * 1024 * 1024;

    /// <exception cref="SmartException"><see cref="SmartErrorCode.ResponseTooLarge"/>.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, Uri uri, long maximum, CancellationToken cancellationToken)
    {
        // Absent after decompression. An announced size is believed up to a limit, so that a header alone cannot claim half a gigabyte;
        // the spare byte lets the end of the stream be seen without growing.
        long? announced = content.Headers.ContentLength;
        if (announced > maximum)
        {
            throw TooLarge(uri, maximum);
        }

        await using Stream stream = await content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = new byte[announced is > 0 ? (int)Math.Min(announced.Value, LargestTrusted) + 1 : FirstGuess];
        int length = 0;
        while (true)
        {
            int read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return buffer.AsMemory(0, length);
            }

            length += read;
            if (length > maximum)
            {
                throw TooLarge(uri, maximum);
            }

            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, Array.MaxLength));
            }
        }
    }

    private static SmartException TooLarge(Uri uri, long maximum) => new(
        SmartErrorCode.ResponseTooLarge,
        string.Create(CultureInfo.InvariantCulture, $"The answer of {uri.GetLeftPart(UriPartial.Path)} is larger than the {maximum:N0} bytes that are accepted."),
        uri,
        "Check that the address is the right one. For a search, ask for smaller pages (_count) or fewer elements (_elements).");
}
