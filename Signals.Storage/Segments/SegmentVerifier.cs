using Signals.Storage.Primitives;
using Signals.Storage.Tables;

namespace Signals.Storage.Segments;

/// <summary>
/// Checks every byte and every rule of a segment file. The blocks, which are nearly all of a segment, are read once; the rest is
/// read twice. Thread contract: stateless; runs on the caller's thread.
/// </summary>
internal static class SegmentVerifier
{
    private const int ReadBytes = 256 << 10;
    private const long ReportBytes = 4 << 20;

    /// <summary>Checks all parts and the hash of the whole file.</summary>
    /// <param name="segment">The segment, whose fixed parts were already read.</param>
    /// <param name="report">
    /// Called from time to time with the number of bytes that are done. It may throw to end the check.
    /// </param>
    /// <returns>The footer of each part, in order.</returns>
    /// <exception cref="CorruptionException">The segment is not valid; the exception names file and offset.</exception>
    public static TableFooter[] Verify(SegmentFile segment, Action<long> report) => Verify(segment, long.MinValue, report, out _);

    /// <inheritdoc cref="Verify(SegmentFile, Action{long})"/>
    /// <param name="segment">The segment, whose fixed parts were already read.</param>
    /// <param name="reachMs">Events before this time will never be read.</param>
    /// <param name="report">
    /// Called from time to time with the number of bytes that are done. It may throw to end the check.
    /// </param>
    /// <param name="outOfReach">The number of events before that time that the segment inserts.</param>
    public static TableFooter[] Verify(SegmentFile segment, long reachMs, Action<long> report, out long outOfReach)
    {
        EventTypeSchema columns = ColumnsOf(segment.Header);
        Progress progress = new(report);
        progress.Append(segment.HeaderBytes);
        PartVerifier verifier = new();
        TableFooter[] footers = new TableFooter[segment.Parts.Length];
        for (int i = 0; i < footers.Length; i++)
        {
            SegmentPart at = segment.Parts[i];
            OpenPart part = OpenPart.Open(segment, at, columns);
            footers[i] = part.Footer;
            TableSection blocks = part.Footer.Section(TableFormat.BlocksSection);
            Pass(part.File, 0, blocks.Offset, progress);
            verifier.Verify(part, reachMs, progress.Append);
            Pass(part.File, blocks.Offset + blocks.Length, at.Length, progress);
        }

        outOfReach = verifier.OutOfReach;
        progress.Append(segment.IndexBytes);
        return progress.Hash == segment.ContentId
            ? footers
            : throw SegmentFile.Corrupt(
                segment.File, 0, $"the hash of the content is {progress.Hash:x32}, but the tail says {segment.ContentId:x32}");
    }

    /// <summary>
    /// An event type that has only the columns of a segment, in its order. Its id is 0, as in the parts of the segment.
    /// </summary>
    public static EventTypeSchema ColumnsOf(SegmentHeader header) => new(
        header.EventType,
        0,
        header.Columns.Select((column, i) => new ColumnSchema(column.Name, (ushort)i, column.Type, ColumnRole.Field)),
        int.MaxValue,
        null,
        TimeSpan.FromMilliseconds(header.WindowMs),
        isWindowDeclared: true);

    // These bytes were checked when the part was opened. They are read again because the hash covers them, too.
    private static void Pass(TableFile file, long from, long to, Progress progress)
    {
        byte[] buffer = new byte[(int)Math.Min(ReadBytes, to - from)];
        for (; from < to; from += buffer.Length)
        {
            Span<byte> bytes = buffer.AsSpan(0, (int)Math.Min(buffer.Length, to - from));
            file.ReadExactly(from, bytes);
            progress.Append(bytes);
        }
    }

    private sealed class Progress(Action<long> report)
    {
        private readonly ContentHash _hash = new();
        private long _done;
        private long _reported;

        public UInt128 Hash => _hash.Value;

        public void Append(ReadOnlySpan<byte> bytes)
        {
            _hash.Append(bytes);
            _done += bytes.Length;
            if (_done - _reported >= ReportBytes)
            {
                _reported = _done;
                report(_done);
            }
        }
    }
}
