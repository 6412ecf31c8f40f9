namespace Signals.Core.DefinitionVersions;

/// <summary>The view of a sequence that a comparison needs. Used by one thread while it is compared.</summary>
internal interface ISequenceRows
{
    /// <summary>The event times in the order of the sequence, in milliseconds since the Unix epoch, UTC.</summary>
    ReadOnlySpan<long> Times { get; }

    /// <summary>The event ids, one for each time.</summary>
    ReadOnlySpan<ulong> Ids { get; }

    /// <summary>The ids of the event types, one for each time.</summary>
    ReadOnlySpan<ushort> EventTypes { get; }

    /// <summary>The names of the output columns.</summary>
    IReadOnlyList<string> ColumnNames { get; }

    /// <summary>Whether a row of a column is absent, null or a value.</summary>
    ColumnState StateOf(int column, int row);

    /// <summary>The bytes of a value. Not called for a row without a value.</summary>
    ReadOnlySpan<byte> ValueOf(int column, int row);
}
