using Signals.Core.Columns;

namespace Signals.Core.Registry;

/// <summary>A sequence, as a comparison looks at it. For one thread while it is compared.</summary>
internal interface ISequenceRows
{
    /// <summary>Event times in the order of the sequence, milliseconds since the Unix epoch, UTC.</summary>
    ReadOnlySpan<long> Times { get; }

    /// <summary>Event ids, one for each time.</summary>
    ReadOnlySpan<ulong> Ids { get; }

    /// <summary>Ids of the event types, one for each time.</summary>
    ReadOnlySpan<ushort> EventTypes { get; }

    /// <summary>The names of the output columns.</summary>
    IReadOnlyList<string> ColumnNames { get; }

    /// <summary>Whether a row of a column is absent, null or a value.</summary>
    ColumnState StateOf(int column, int row);

    /// <summary>The bytes of a value; not asked where there is none.</summary>
    ReadOnlySpan<byte> ValueOf(int column, int row);
}
