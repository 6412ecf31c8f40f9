using Signals.Tests.Simulation;

namespace Signals.Tests.Storage.SchemaChanges;

/// <summary>A column of the model of <see cref="SchemaHistoryTests"/>. Threads: one.</summary>
internal sealed class HistoryColumn(string name, int kind, ColumnKind[] chain)
{
    /// <summary>The kinds that a number can have one after the other. What is written has the one of its time.</summary>
    public static readonly ColumnKind[][] Chains =
    [
        [ColumnKind.Int64],
        [ColumnKind.Int8, ColumnKind.Int16, ColumnKind.Int32, ColumnKind.Int64],
        [ColumnKind.UInt8, ColumnKind.Float16, ColumnKind.Float32, ColumnKind.Float64],
        [ColumnKind.UInt16, ColumnKind.UInt32, ColumnKind.Int64],
        [ColumnKind.Int16, ColumnKind.Float32, ColumnKind.Float64],
        [ColumnKind.Int32, ColumnKind.Float64],
    ];

    /// <summary>What the store has, of a number.</summary>
    public int At { get; private set; }

    public bool CanWiden => Kind != 1 && At < chain.Length - 1;

    public void Widen() => At++;

    /// <summary>The type now, or a narrower one that the column had before.</summary>
    public ColumnKind Type(int at) => chain[at];

    public bool HadNarrower => Kind != 1 && IsStored && At > 0;

    public string Name { get; set; } = name;

    /// <summary>0 a number, 1 a text, 2 an enrichment.</summary>
    public int Kind { get; } = kind;

    public HashSet<string> Former { get; } = [];

    /// <summary>The name that the store knows, if it was renamed since.</summary>
    public string? Last { get; set; }

    /// <summary>Whether the store was opened with it.</summary>
    public bool IsStored { get; set; }

    /// <summary>What the store got it with.</summary>
    public int FirstStored { get; set; }

    /// <summary>When it was dropped.</summary>
    public long DroppedMs { get; set; }

    /// <summary>Whether it was dropped and cannot come back.</summary>
    public bool IsGone { get; set; }

    /// <summary>Whether the next declaration has to say what became of it.</summary>
    public bool IsChanged { get; set; }

    public IEnumerable<string> Names => Former.Prepend(Name);

    /// <summary>By event, what was set.</summary>
    public Dictionary<int, double> Values { get; } = [];

    public string AnyName(SimRandom random)
    {
        string[] names = [Name, .. Former.Order(StringComparer.Ordinal)];
        return names[random.Below(names.Length)];
    }
}
