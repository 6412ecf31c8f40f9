using Signals.Core.Schema;
using Signals.Maintenance;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;
using Signals.Storage.Wal;

namespace Signals.Storage.Maintenance;

/// <summary>
/// Copies what is intact of a damaged store into a new folder and lists what is not. Thread contract: one thread. It only reads
/// the damaged folder.
/// </summary>
internal static class StoreSalvage
{
    public static SalvageReport Run(
        IFileSystem files, string damaged, string target, StoreSchema? declared, CancellationToken cancellationToken)
    {
        StoreFolder from = new(files, damaged);
        if (!from.Exists)
        {
            throw new FileOperationException("open", damaged, "the folder does not exist");
        }

        List<SalvageLoss> losses = [];
        SalvagedManifest manifest = SalvagedManifest.Read(from, losses);
        StoreSchema schema = manifest.Schema(declared, damaged);
        using StagingFolder staged = new(files, target);
        StoreFolder to = staged.Folder;
        SalvagedTables tables = new(from, to, schema, losses);
        SalvagedLogs logs = new(from, to, schema, manifest.State.FlushedPosition, losses);

        // The manifest comes first, because a manifest cannot be created beside files that it does not name.
        using (Manifest copy = Manifest.Create(to, new VersionEdit { Schema = SchemaSerializer.Write(schema) }))
        {
            tables.Add(manifest, cancellationToken);
            logs.Add(manifest.State.FirstLiveLog, cancellationToken);
            CommitState(copy, manifest.State, isWhole: losses.Count == 0);
            VersionEdit edit = Edit(to, manifest.State, tables, logs);
            edit.MarkSeveralWindows(schema);
            List<HeldLimit> held = manifest.HeldLimits(schema);
            edit.HeldLimits = held.SequenceEqual(copy.State.HeldLimits) ? null : held;
            copy.Commit(edit);
        }

        SalvagedDefinitions.Copy(from, to, losses);
        staged.Publish();
        return new SalvageReport(target, tables.Tables.Count, tables.Tables.Sum(table => table.Rows), logs.Entries, losses);
    }

    /// <summary>
    /// Commits everything in the state except tables and logs, which are committed as far as they could be copied. If something
    /// is lost, no segment counts as imported, so that you can import it again, which does not change rows that are there. No
    /// time counts as complete then, either.
    /// </summary>
    private static void CommitState(Manifest copy, ManifestState state, bool isWhole)
    {
        foreach (VersionEdit edit in state.Snapshot())
        {
            edit.AddedTables.Clear();
            edit.FirstLiveLog = null;
            edit.Schema = null;
            if (!isWhole)
            {
                edit.ImportedSegments.Clear();
                edit.CompleteUpTo.Clear();
            }

            copy.Commit(edit);
        }
    }

    private static VersionEdit Edit(StoreFolder folder, ManifestState state, SalvagedTables tables, SalvagedLogs logs)
    {
        ulong next = Math.Max(state.NextFileNumber, logs.LastLog + 1);
        next = tables.Tables.Select(table => Math.Max(table.Number, table.SegmentFile) + 1).Append(next).Max();
        ulong first = logs.FirstLog;
        if (first == 0)
        {
            first = next++;
            LogWriter.Prepare(folder.Files, folder.Log(first), first, LogFormat.EmptyBytes);
        }

        VersionEdit edit = new() { FirstLiveLog = first, NextFileNumber = next, FlushedPosition = state.FlushedPosition };
        edit.AddedTables.AddRange(tables.Tables);
        return edit;
    }
}
