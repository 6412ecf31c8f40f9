namespace Signals.Storage.Tables;

/// <summary>
/// Reads a whole run including its column files, and checks what opening it did not check: the checksum of the blocks, every
/// chunk, and that the rows are in order and agree with the directory. Thread contract: any thread; stateless. Memory is bounded
/// by one block, however many rows a user has.
/// </summary>
internal static class TableVerifier
{
    /// <summary>Returns when every byte is as it was written.</summary>
    /// <exception cref="CorruptionException">The run is damaged.</exception>
    public static void Verify(
        TableFile file, TableFooter footer, TableDirectory directory, TableIndex index, RunBlockReader reader,
        CancellationToken cancellationToken = default)
    {
        file.Verify(footer.Section(TableFormat.BlocksSection), cancellationToken);
        if (footer.HasDirectoryPages)
        {
            file.Verify(footer.Section(TableFormat.DirectoryPagesSection), cancellationToken);
        }

        UserFilterReader.Verify(file, footer, directory, cancellationToken);
        foreach (ColumnFile columns in reader.Files)
        {
            columns.Verify(cancellationToken);
        }

        VerifiedRows rows = new(file, footer, directory, index, reader);
        for (int block = 0; block < index.Blocks; block++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            rows.Verify(block);
        }

        if (rows.Oldest != footer.MinTime || rows.Newest != footer.MaxTime)
        {
            throw file.Corrupt(
                0, $"the rows are from {rows.Oldest} to {rows.Newest}; the footer says {footer.MinTime} to {footer.MaxTime}");
        }

        long newestInserted = reader.Layout.Defaults.Kind == RunKind.Patches ? long.MinValue : rows.NewestInserted;
        if (rows.Traits != footer.Traits || newestInserted != footer.NewestInserted)
        {
            throw file.Corrupt(
                0,
                $"the rows have the traits {rows.Traits} and insertions up to {newestInserted}; the footer says {footer.Traits} "
                + $"and {footer.NewestInserted}");
        }
    }
}
