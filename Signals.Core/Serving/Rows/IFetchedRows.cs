using Signals.Core.Columns;

namespace Signals.Core.Serving.Rows;

/// <summary>Rows that were fetched for one or more users, as columns. Row i is the same event in all columns.</summary>
/// <remarks>Thread contract: one read at a time. Spans are valid until the source is released or refilled.</remarks>
internal interface IFetchedRows
{
    /// <summary>The users, in the order in which they were asked for.</summary>
    ReadOnlySpan<UserId> Users { get; }

    ReadOnlySpan<long> Times { get; }

    ReadOnlySpan<ulong> Ids { get; }

    ReadOnlySpan<ushort> EventTypes { get; }

    /// <summary>Where each user's rows begin, followed by the end of all rows.</summary>
    ReadOnlySpan<int> Offsets { get; }

    /// <summary>A fetched column, by its position among the columns that were asked for.</summary>
    IColumnRows Column(int ordinal);
}
