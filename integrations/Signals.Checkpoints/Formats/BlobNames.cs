using System.Globalization;

namespace Signals.Checkpoints.Formats;

/// <summary>
/// The names of blobs, in both directions. A name is recognized only in the exact form that this class writes. Thread contract: pure
/// functions; any thread.
/// </summary>
internal static class BlobNames
{
    public const string Parts = "parts/";
    public const string Manifests = "manifests/";

    /// <summary>What a target writes before it gives it a name; a crash may leave such a blob.</summary>
    public const string Temporaries = "tmp/";

    private const string CopyFormat = "x8";

    /// <summary>The name of a part. <paramref name="copy"/> is random, so that no name is given twice; 0 is never given now.</summary>
    public static string Part(ContentHash hash, uint copy) =>
        copy == 0 ? $"{Parts}{hash}" : $"{Parts}{hash}-{copy.ToString(CopyFormat, CultureInfo.InvariantCulture)}";

    public static string Manifest(ContentHash hash) => $"{Manifests}{hash}";

    public static string Temporary(Guid number) => Temporaries + number.ToString("N");

    public static bool TryParsePart(string name, out ContentHash hash, out uint copy)
    {
        copy = 0;
        if (!name.StartsWith(Parts, StringComparison.Ordinal)
            || name.Length < Parts.Length + (2 * CheckpointFormat.HashBytes)
            || !ContentHash.TryParse(name.AsSpan(Parts.Length, 2 * CheckpointFormat.HashBytes), out hash))
        {
            hash = default;
            return false;
        }

        ReadOnlySpan<char> rest = name.AsSpan(Parts.Length + (2 * CheckpointFormat.HashBytes));
        return rest.IsEmpty
            || (rest[0] == '-' && uint.TryParse(rest[1..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out copy)
                && copy != 0 && name == Part(hash, copy));
    }

    public static bool IsTemporary(string name) => name.StartsWith(Temporaries, StringComparison.Ordinal)
        && Guid.TryParseExact(name.AsSpan(Temporaries.Length), "N", out Guid number) && name == Temporary(number);

    public static bool TryParseManifest(string name, out ContentHash hash)
    {
        hash = default;
        return name.StartsWith(Manifests, StringComparison.Ordinal) && ContentHash.TryParse(name.AsSpan(Manifests.Length), out hash);
    }
}
