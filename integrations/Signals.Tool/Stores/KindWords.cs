using System.Globalization;

namespace Signals.Tool.Stores;

/// <summary>The words for kinds of columns, such as int32, text or float16[64]. Pure.</summary>
internal static class KindWords
{
    /// <summary>The word for a kind.</summary>
    public static string Of(ColumnType type) => type.Kind switch
    {
        ColumnKind.Boolean => "bool",
        ColumnKind.VectorInt8 => $"int8[{type.Dimensions}]",
        ColumnKind.VectorFloat16 => $"float16[{type.Dimensions}]",
        ColumnKind.VectorFloat32 => $"float32[{type.Dimensions}]",
        ColumnKind kind => kind.ToString().ToLowerInvariant(),
    };

    /// <summary>The type that a word names.</summary>
    /// <exception cref="FormatException">The word names none.</exception>
    public static ColumnType TypeOf(string word) =>
        StoreSchema.Define(schema => schema.EventType("any", type => Add(type, "any", word, isEnrichment: false)))["any"].Columns[0].Type;

    /// <summary>Adds a column of the kind that a word names.</summary>
    /// <exception cref="FormatException">The word names none.</exception>
    public static void Add(EventTypeBuilder type, string name, string word, bool isEnrichment)
    {
        int bracket = word.IndexOf('[', StringComparison.Ordinal);
        int dimensions = 0;
        bool isVector = bracket > 0 && word[^1] == ']'
            && int.TryParse(
                word.AsSpan(bracket + 1, word.Length - bracket - 2), NumberStyles.None, CultureInfo.InvariantCulture, out dimensions);
        switch (isVector ? word[..bracket] + "[]" : word)
        {
            case "bool": Scalar<bool>(type, name, isEnrichment); break;
            case "int8": Scalar<sbyte>(type, name, isEnrichment); break;
            case "uint8": Scalar<byte>(type, name, isEnrichment); break;
            case "int16": Scalar<short>(type, name, isEnrichment); break;
            case "uint16": Scalar<ushort>(type, name, isEnrichment); break;
            case "int32": Scalar<int>(type, name, isEnrichment); break;
            case "uint32": Scalar<uint>(type, name, isEnrichment); break;
            case "int64": Scalar<long>(type, name, isEnrichment); break;
            case "uint64": Scalar<ulong>(type, name, isEnrichment); break;
            case "float16": Scalar<Half>(type, name, isEnrichment); break;
            case "float32": Scalar<float>(type, name, isEnrichment); break;
            case "float64": Scalar<double>(type, name, isEnrichment); break;
            case "text": _ = isEnrichment ? type.EnrichmentText(name) : type.Text(name); break;
            case "bytes": _ = isEnrichment ? type.EnrichmentBytes(name) : type.Bytes(name); break;
            case "int8[]": Vector<sbyte>(type, name, dimensions, isEnrichment); break;
            case "float16[]": Vector<Half>(type, name, dimensions, isEnrichment); break;
            case "float32[]": Vector<float>(type, name, dimensions, isEnrichment); break;
            default: throw new FormatException($"column '{name}' has the type '{word}', which is none");
        }
    }

    private static void Scalar<T>(EventTypeBuilder type, string name, bool isEnrichment)
        where T : unmanaged => _ = isEnrichment ? type.Enrichment<T>(name) : type.Field<T>(name);

    private static void Vector<T>(EventTypeBuilder type, string name, int dimensions, bool isEnrichment)
        where T : unmanaged => _ = isEnrichment ? type.EnrichmentVector<T>(name, dimensions) : type.Vector<T>(name, dimensions);
}
