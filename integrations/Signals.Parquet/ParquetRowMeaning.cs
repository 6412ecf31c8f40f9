namespace Signals.Parquet;

/// <summary>What the rows of an import say about events.</summary>
public enum ParquetRowMeaning
{
    /// <summary>Each row is a whole event. An event that the store has already stays one event.</summary>
    Events = 0,

    /// <summary>
    /// Each row gives cells of an event that is stored: corrected fields, enrichment columns, or both. It creates no event.
    /// </summary>
    Corrections = 1,

    /// <summary>Each row names an event that never happened. Only user, time and id are read.</summary>
    Retractions = 2,
}
