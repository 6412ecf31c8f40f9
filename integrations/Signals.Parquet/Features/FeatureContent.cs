using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Signals.Definitions;
using Signals.Parquet.Layout;
using Signals.Serving;

namespace Signals.Parquet.Features;

/// <summary>What the files of one definition's sequences hold. Immutable.</summary>
/// <param name="Definition">The name of the definition.</param>
/// <param name="Names">The names of its columns.</param>
/// <param name="Types">Their types.</param>
internal sealed record FeatureContent(string Definition, IReadOnlyList<string> Names, IReadOnlyList<ColumnType> Types)
{
    /// <summary>The first 64 bits of the definition's hash, where it is not the sequence that says it.</summary>
    public ulong DefinitionHash { get; private init; }

    /// <summary>The tensors, each a column.</summary>
    public IReadOnlyList<TensorDescription> Tensors { get; private init; } = [];

    /// <summary>Whether rows are those of a training set, with a request and a label.</summary>
    public bool HasLabels { get; private init; }

    /// <summary>Whether each column is followed by the states of its values.</summary>
    public bool HasStates { get; private init; }

    /// <summary>What the files say about themselves, beside the description that all our files have.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private init; } = new Dictionary<string, string>();

    /// <summary>What the user can do about a text that is not UTF-8.</summary>
    public string TextAdvice { get; private init; } =
        "Declare the column as bytes for what is logged from now on; this log cannot be exported.";

    /// <summary>What the files of a training set hold.</summary>
    /// <param name="sequence">A sequence of the definition.</param>
    /// <param name="options">Which parts of the sequences are wanted.</param>
    public static FeatureContent OfTraining(in ServedSequence sequence, ParquetTrainingOptions options)
    {
        SequenceDefinition definition = sequence.Definition;
        IReadOnlyList<string> names = options.Columns ? sequence.ColumnNames : [];
        ColumnType[] types = new ColumnType[names.Count];
        for (int i = 0; i < types.Length; i++)
        {
            types[i] = sequence.TypeOf(names[i]);
        }

        return new FeatureContent(definition.Name, names, types)
        {
            DefinitionHash = definition.IsPortable ? (ulong)(definition.ComputeContentHash() >> 64) : 0,
            Tensors = options.Tensors ? sequence.Tensors : [],
            HasLabels = true,
            HasStates = options.States,
            Metadata = MetadataOf(sequence, options),
            TextAdvice = "Declare the column as bytes, leave it out of the definition, or write the set as Arrow.",
        };
    }

    /// <summary>Whether a sequence has these columns.</summary>
    public bool Fits(in LoggedSequence sequence) => sequence.ColumnNames.SequenceEqual(Names) && sequence.ColumnTypes.SequenceEqual(Types);

    /// <summary>Whether a sequence of the same definition has these columns.</summary>
    public bool Fits(in ServedSequence sequence)
    {
        for (int i = 0; i < Names.Count; i++)
        {
            if (sequence.TypeOf(Names[i]) != Types[i])
            {
                return false;
            }
        }

        return true;
    }

    private static Dictionary<string, string> MetadataOf(in ServedSequence sequence, ParquetTrainingOptions options)
    {
        SequenceDefinition definition = sequence.Definition;
        EventTypeSchema[] types = sequence.TypesRead.ToArray();
        IReadOnlyList<TensorDescription> tensors = sequence.Tensors;
        Dictionary<string, string> metadata = new(StringComparer.Ordinal)
        {
            [LakeFormat.DefinitionVersionKey] = definition.Version.ToString(CultureInfo.InvariantCulture),
            [LakeFormat.OrderKey] = definition.Order == SequenceOrder.OldestFirst ? "oldest_first" : "newest_first",
            [LakeFormat.EventTypesKey] = Json(json => WriteTypes(json, types)),
        };
        if (options.Tensors)
        {
            metadata.Add(LakeFormat.TensorsKey, Json(json => WriteTensors(json, tensors)));
        }

        if (definition.IsPortable)
        {
            metadata.Add(LakeFormat.DefinitionHashKey, definition.ComputeContentHash().ToString("x32", CultureInfo.InvariantCulture));
            metadata.Add(LakeFormat.DefinitionJsonKey, definition.ToJson());
        }

        return metadata;
    }

    private static void WriteTypes(Utf8JsonWriter json, EventTypeSchema[] types)
    {
        json.WriteStartObject();
        foreach (EventTypeSchema type in types)
        {
            json.WriteString(type.Id.ToString(CultureInfo.InvariantCulture), type.Name);
        }

        json.WriteEndObject();
    }

    private static void WriteTensors(Utf8JsonWriter json, IReadOnlyList<TensorDescription> tensors)
    {
        json.WriteStartArray();
        foreach (TensorDescription tensor in tensors)
        {
            json.WriteStartObject();
            json.WriteString("name", tensor.Name);
            json.WriteString("type", tensor.Type.ToString());
            json.WriteNumber("rows", tensor.Rows);
            json.WriteNumber("width", tensor.Width);
            json.WriteString("padding", tensor.Padding.ToString());
            json.WriteBoolean("is_mask", tensor.IsMask);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string Json(Action<Utf8JsonWriter> write)
    {
        ArrayBufferWriter<byte> output = new();
        using (Utf8JsonWriter json = new(output))
        {
            write(json);
        }

        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
