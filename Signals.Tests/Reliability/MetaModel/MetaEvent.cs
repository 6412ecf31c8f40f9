namespace Signals.Tests.Reliability.MetaModel;

/// <summary>The registers of one event as the model holds them; or those that one statement raises.</summary>
internal sealed record MetaEvent(int User, int Type, long Time, ulong Id, MetaCell[] Cells, ulong Inserted = 1, ulong Retracted = 0)
{
    /// <summary>Whether reads show it.</summary>
    public bool IsThere => Inserted > Retracted;

    /// <summary>A cell as it was stated.</summary>
    public MetaCell Held(int column) => column < Cells.Length ? Cells[column] : MetaCell.Absent;

    /// <summary>A cell as reads show it: a retraction takes those with it that are not newer.</summary>
    public MetaCell Cell(int column) => Held(column).Stamp > Retracted ? Held(column) : MetaCell.Absent;

    /// <summary>Every register at its greater value.</summary>
    public MetaEvent Merge(MetaEvent other) => this with
    {
        Inserted = Math.Max(Inserted, other.Inserted),
        Retracted = Math.Max(Retracted, other.Retracted),
        Cells = [.. Enumerable.Range(0, Math.Max(Cells.Length, other.Cells.Length)).Select(i => Held(i).Merge(other.Held(i)))],
    };

    public override string ToString() =>
        $"{User} {Type}:{Time}:{Id} inserted {Inserted} retracted {Retracted} "
            + $"[{string.Join(' ', Cells.Select(c => c.State == ColumnState.Absent ? "-" : c.ToString()))}]";
}
