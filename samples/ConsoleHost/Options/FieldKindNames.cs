using System.Globalization;

namespace Signals.Samples.ConsoleHost.Options;

/// <summary>The words for kinds of fields on the command line, such as int32, text or float16[64].</summary>
internal static class FieldKindNames
{
    private static readonly Dictionary<string, ColumnKind> Scalars = new(StringComparer.Ordinal)
    {
        ["bool"] = ColumnKind.Boolean,
        ["int8"] = ColumnKind.Int8,
        ["uint8"] = ColumnKind.UInt8,
        ["int16"] = ColumnKind.Int16,
        ["uint16"] = ColumnKind.UInt16,
        ["int32"] = ColumnKind.Int32,
        ["uint32"] = ColumnKind.UInt32,
        ["int64"] = ColumnKind.Int64,
        ["uint64"] = ColumnKind.UInt64,
        ["float16"] = ColumnKind.Float16,
        ["float32"] = ColumnKind.Float32,
        ["float64"] = ColumnKind.Float64,
        ["text"] = ColumnKind.Text,
        ["bytes"] = ColumnKind.Bytes,
    };

    private static readonly Dictionary<string, ColumnKind> Vectors = new(StringComparer.Ordinal)
    {
        ["int8"] = ColumnKind.VectorInt8,
        ["float16"] = ColumnKind.VectorFloat16,
        ["float32"] = ColumnKind.VectorFloat32,
    };

    /// <summary>Every word, for messages.</summary>
    public static string All => string.Join(", ", Scalars.Keys) + ", int8[N], float16[N], float32[N]";

    /// <summary>Reads a word. False when there is no such kind.</summary>
    public static bool TryParse(string word, out ColumnKind kind, out int dimensions)
    {
        dimensions = 1;
        if (Scalars.TryGetValue(word, out kind))
        {
            return true;
        }
        int bracket = word.IndexOf('[', StringComparison.Ordinal);
        return bracket > 0
            && word[^1] == ']'
            && Vectors.TryGetValue(word[..bracket], out kind)
            && int.TryParse(word.AsSpan(bracket + 1, word.Length - bracket - 2), NumberStyles.None,
                CultureInfo.InvariantCulture, out dimensions)
            && dimensions is >= 1 and <= 16384;
    }
}
