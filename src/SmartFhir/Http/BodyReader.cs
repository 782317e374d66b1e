namespace SmartFhir.Http;

/// <summary>Reads a body into one array of the right size, and no further than allowed.</summary>
internal static class BodyReader
{
    private const int FirstGuess = 64 * 1024;

    /// <exception cref="SmartException"><see cref="SmartErrorCode.ResponseTooLarge"/>.</exception>
    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, Uri uri, long maximum, CancellationToken cancellationToken)
    {
        // With compression the length is that of the compressed bytes: a guess, then.
        long? announced = content.Headers.ContentLength;
        if (announced > maximum)
        {
            throw TooLarge(uri, maximum);
        }

        await using Stream stream = await content.ReadAsStreamAsync(cancellationToken);
        byte[] buffer = new byte[announced is > 0 ? (int)announced.Value + 1 : FirstGuess];
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
        $"The answer of {uri.GetLeftPart(UriPartial.Path)} is larger than {maximum / (1024 * 1024)} MiB.",
        uri,
        "Ask for smaller pages (_count), or for fewer elements (_elements).");
}
