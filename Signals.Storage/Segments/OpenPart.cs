using Signals.Core.Model;
using Signals.Storage.Tables;

namespace Signals.Storage.Segments;

/// <summary>
/// A part of a segment whose footer, columns, index and directory were read and agree with the segment; its blocks are not
/// checked yet. Immutable. Does not own the file.
/// </summary>
internal sealed class OpenPart
{
    private const long PagesInMemory = 1 << 20; // enough, because the check reads the pages in order

    private OpenPart(TableFile file, TableFooter footer, TableLayout layout)
    {
        File = file;
        Footer = footer;
        Layout = layout;
        using OwnedMemory passing = new();
        Index = TableIndex.Parse(file, footer, layout, file.ReadSection(footer.Section(TableFormat.IndexSection), passing));
        if (footer.HasDirectoryPages)
        {
            file.Verify(footer.Section(TableFormat.DirectoryPagesSection));
        }

        Directory = TableDirectoryReader.Read(file, footer, new BlockCache(PagesInMemory, holdsDirectories: true), memory: null);
        UserFilterReader.Verify(file, footer, Directory);
    }

    /// <summary>The bytes of the part.</summary>
    public TableFile File { get; }

    /// <summary>The footer of the part.</summary>
    public TableFooter Footer { get; }

    /// <summary>The chunks of its blocks.</summary>
    public TableLayout Layout { get; }

    /// <summary>The index of its blocks.</summary>
    public TableIndex Index { get; }

    /// <summary>Its users.</summary>
    public TableDirectory Directory { get; }

    /// <summary>Opens a part that this process wrote and that is not in a finished segment yet.</summary>
    /// <param name="file">The bytes of the part.</param>
    /// <param name="checksum">The checksum in its tail.</param>
    /// <param name="columns">An event type that has only the columns of the segment.</param>
    /// <exception cref="CorruptionException">The bytes are not those that were written.</exception>
    public static OpenPart Open(TableFile file, uint checksum, EventTypeSchema columns)
    {
        TableFooter footer = TableFooterReader.ReadPart(file, checksum);
        return new OpenPart(file, footer, TableColumns.Read(file, footer, columns));
    }

    /// <summary>Opens a part.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="part">The entry of the part in the segment's list.</param>
    /// <param name="columns">An event type that has only the columns of the segment.</param>
    /// <exception cref="CorruptionException">The part is damaged, or does not match the segment.</exception>
    public static OpenPart Open(SegmentFile segment, SegmentPart part, EventTypeSchema columns)
    {
        ulong identity = SegmentHeader.PartIdentity(segment.HeaderBytes, part.WindowStart, part.Kind);
        TableFile file = new(segment.File, identity, part.Offset, part.Length);
        TableFooter footer = TableFooterReader.ReadPart(file, part.Checksum);
        Stamp stamp = Stamp.Create(segment.Header.Generation, segment.Header.SourceRank);
        if (footer.EventType != columns.Id || footer.WindowStart != part.WindowStart || footer.Defaults.Kind != part.Kind
            || footer.Defaults.Stamp != stamp || footer.Defaults.Parts.HasFlag(Signals.Core.Columns.StampParts.Cells)
            || footer.MinTime < part.WindowStart || footer.MaxTime < footer.MinTime
            || (ulong)(footer.MaxTime - part.WindowStart) >= (ulong)segment.Header.WindowMs)
        {
            throw file.Corrupt(
                0,
                $"the footer of the part says event type {footer.EventType}, window {footer.WindowStart}, run {footer.Defaults} and times "
                + $"{footer.MinTime} to {footer.MaxTime}; the segment says window {part.WindowStart} of {segment.Header.WindowMs} ms, "
                + $"kind {part.Kind} and stamp {stamp}");
        }

        return new OpenPart(file, footer, TableColumns.Read(file, footer, columns));
    }
}
