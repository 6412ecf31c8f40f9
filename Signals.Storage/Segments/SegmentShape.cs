using Signals.Core.Model;
using Signals.Offline;

namespace Signals.Storage.Segments;

/// <summary>
/// What all parts of a segment that is being written have in common: its columns, its header and its stamp. Thread contract: any
/// thread. Immutable.
/// </summary>
internal sealed class SegmentShape
{
    /// <summary>Describes a segment.</summary>
    /// <param name="type">The event type as the writer declared it.</param>
    /// <param name="options">What the segment states about itself.</param>
    /// <param name="used">The ids, in that type, of the columns in which some row has a cell; ascending.</param>
    public SegmentShape(EventTypeSchema type, SegmentOptions options, IEnumerable<int> used)
    {
        Columns = [.. used.OrderBy(column => type.Columns[column].Name, StringComparer.Ordinal)];
        Type = new EventTypeSchema(
            type.Name,
            0,
            Columns.Select((column, i) => Narrow(type.Columns[column], i)),
            int.MaxValue,
            null,
            type.Window,
            isWindowDeclared: true);
        ColumnTypes = [.. Type.Columns.Select(column => column.Type)];
        Stamp = Stamp.Create(options.Generation, options.SourceRank);
        Header = new SegmentHeader
        {
            EventType = type.Name,
            WindowMs = (long)type.Window.TotalMilliseconds,
            Generation = options.Generation,
            SourceRank = options.SourceRank,
            Source = options.Source,
            CorrectedDays = options.CorrectedDays,
            Columns = [.. Type.Columns.Select(column => new SegmentColumn(column.Name, column.Type))],
        }.Encode();
    }

    /// <summary>The ids that the segment's columns have in the writer's event type, in the order of the segment.</summary>
    public int[] Columns { get; }

    /// <summary>An event type that has only the columns of the segment.</summary>
    public EventTypeSchema Type { get; }

    /// <summary>The types of the columns, in the order of the segment.</summary>
    public ColumnType[] ColumnTypes { get; }

    /// <summary>The stamp of all rows.</summary>
    public Stamp Stamp { get; }

    /// <summary>The encoded header, to which the checksums of all parts are bound.</summary>
    public byte[] Header { get; }

    private static ColumnSchema Narrow(ColumnSchema column, int id) => new(column.Name, (ushort)id, column.Type, column.Role);
}
