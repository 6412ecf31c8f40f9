namespace Signals;

/// <summary>Where a column's values come from. The numbers are persisted.</summary>
public enum ColumnRole : byte
{
    /// <summary>The values arrive with the event.</summary>
    Field = 0,

    /// <summary>The values are joined on later: at indexing, at serving, or by an offline segment.</summary>
    Enrichment = 1,
}
