using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;

namespace Signals.Kafka;

/// <summary>Names a segment in shared storage, and says what its bytes must be. Immutable.</summary>
/// <param name="Name">Its name in the storage; what it means is up to the <see cref="ISegmentSource"/>.</param>
/// <param name="Length">The length of the file, in bytes.</param>
/// <param name="Sha256">The SHA-256 of the file, as 64 lower-case hexadecimal digits.</param>
public sealed record SegmentReference(string Name, long Length, string Sha256)
{
    private const int HashDigits = 64;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Reads a file and makes the reference to it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">Its name in shared storage.</param>
    public static SegmentReference Of(string path, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        using FileStream file = File.OpenRead(path);
        return new SegmentReference(name, file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    /// <summary>Reads the value of a record; false when it is no reference.</summary>
    internal static bool TryParse(ReadOnlyMemory<byte> utf8, out SegmentReference? reference)
    {
        reference = null;
        try
        {
            using JsonDocument json = JsonDocument.Parse(utf8, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 4 });
            if (json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("name", out JsonElement name) && name.ValueKind == JsonValueKind.String
                && json.RootElement.TryGetProperty("length", out JsonElement length) && length.ValueKind == JsonValueKind.Number
                && length.TryGetInt64(out long bytes) && bytes >= 0
                && json.RootElement.TryGetProperty("sha256", out JsonElement hash) && hash.ValueKind == JsonValueKind.String
                && name.GetString() is { Length: > 0 } text && hash.GetString() is { Length: HashDigits } digits
                && !digits.AsSpan().ContainsAnyExcept(Digits))
            {
                reference = new SegmentReference(text, bytes, digits);
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            reference = null; // not JSON, or a text that is not UTF-8: the caller says so
        }

        return reference is not null;
    }

    /// <summary>The value of a record.</summary>
    internal byte[] ToUtf8Json()
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
        {
            json.WriteStartObject();
            json.WriteString("name", Name);
            json.WriteNumber("length", Length);
            json.WriteString("sha256", Sha256);
            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <exception cref="InvalidDataException">A file of that length is not the one that is meant.</exception>
    internal void RequireLength(long found)
    {
        if (found != Length)
        {
            throw new InvalidDataException(
                $"The segment '{Name}' has {found:N0} bytes; the log says {Length:N0} bytes. Put the right file into the storage; the "
                    + "import is tried again.");
        }
    }

    /// <exception cref="InvalidDataException">The file is not the one that is meant.</exception>
    internal void Verify(string path)
    {
        SegmentReference found = Of(path, Name);
        if (found != this)
        {
            throw new InvalidDataException(
                $"The segment '{Name}' has {found.Length:N0} bytes and the SHA-256 {found.Sha256}; the log says {Length:N0} bytes and "
                    + $"{Sha256}. Put the right file into the storage; the import is tried again.");
        }
    }
}
