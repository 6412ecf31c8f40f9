namespace Signals.Core.Schema;

/// <summary>Where a column's values come from. The numbers are persisted.</summary>
public enum ColumnRole : byte
{
    /// <summary>Arrives with the event.</summary>
    Field = 0,

    /// <summary>Joined on later: at indexing, at serving, or by an offline segment.</summary>
    Enrichment = 1,
}
