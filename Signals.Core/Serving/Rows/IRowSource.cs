using Signals.Core.Columns;
using Signals.Core.Model;

namespace Signals.Core.Serving.Rows;

/// <summary>Rows that were fetched for one or several users, as columns: row i is the same event everywhere.</summary>
/// <remarks>Thread contract: one read at a time. Spans are valid until the source is released or refilled.</remarks>
internal interface IRowSource
{
    /// <summary>The users in the order they were asked for.</summary>
    ReadOnlySpan<UserId> Users { get; }

    ReadOnlySpan<long> Times { get; }

    ReadOnlySpan<ulong> Ids { get; }

    ReadOnlySpan<ushort> EventTypes { get; }

    /// <summary>Where each user's rows begin, and as a last one where they all end.</summary>
    ReadOnlySpan<int> Offsets { get; }

    /// <summary>A fetched column, by its position among those that were asked for.</summary>
    IColumnRows Column(int ordinal);
}
