using Signals.Core.Schema;
using Signals.Storage.Engine.Importing;
using Signals.Storage.Engine.Views;
using Signals.Storage.FileSystem;
using Signals.Storage.History;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine.Recovery;

/// <summary>Opens or creates the manifest, settles the schema, and deletes what a crash left behind.</summary>
/// <remarks>
/// Thread contract: the opening thread, which holds the store's lock. Order: first the methods that only read and may find damage,
/// then <see cref="Clean"/> and the replay of the logs. A schema with more than the stored one is recorded with the first edit that
/// relies on it, or when the logs were replayed under it.
/// </remarks>
internal static class StoreRecovery
{
    // No store comes to such numbers. A file that has one is not the store's, and must not use up the numbers.
    private const ulong MostNumber = 1UL << 60;

    /// <summary>Opens the manifest, or makes one that holds the declared schema.</summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="declared">The event types that the program knows.</param>
    /// <param name="failStop">Is asked before every commit whether the store may change.</param>
    /// <param name="keep">What a new store keeps.</param>
    /// <param name="now">The clock, and how long a dropped column can come back.</param>
    /// <param name="schema">The schema in force: not yet in the manifest when it has more than the stored one.</param>
    public static Manifest OpenManifest(
        StoreFolder folder,
        StoreSchema declared,
        FailStop failStop,
        KeepSettings? keep,
        (long Ms, TimeSpan Grace) now,
        out StoreSchema schema)
    {
        if (!Manifest.Exists(folder))
        {
            schema = declared;
            VersionEdit first = new() { Schema = SchemaSerializer.Write(declared), Keep = keep };
            return Manifest.Create(folder, first, failStop: failStop);
        }

        Manifest manifest = Manifest.Load(folder, failStop: failStop);
        try
        {
            long steadyMs = RetentionChoice.ClockOf(now.Grace, manifest.State).Observe(now.Ms);
            DropTime time = new(now.Ms, steadyMs, (long)now.Grace.TotalMilliseconds);
            schema = SchemaEvolution.Resolve(manifest.State.ReadSchema(), declared, out _, time);
            return manifest;
        }
        catch
        {
            manifest.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Records the first log of a new store, which is durable already, before anything is appended. From then on an opening notices
    /// its loss.
    /// </summary>
    public static void CommitFirstLog(Manifest manifest, ulong log, ulong nextFileNumber)
    {
        if (manifest.State.FirstLiveLog == 0)
        {
            manifest.Commit(new VersionEdit { FirstLiveLog = log, NextFileNumber = nextFileNumber });
        }
    }

    /// <summary>Records what the store keeps, before anything relies on it; null for nothing new.</summary>
    public static void CommitKeep(Manifest manifest, KeepSettings? keep)
    {
        if (keep is not null)
        {
            manifest.Commit(new VersionEdit { Keep = keep });
        }
    }

    /// <summary>
    /// Records what is held on disk although the schema in force says less, before that schema is recorded: from then on nothing else
    /// knows of it. With it goes what the clock did since it was last recorded.
    /// </summary>
    public static void CommitRetention(Manifest manifest, DiskRetention retention)
    {
        if (retention.IsDue(manifest.State))
        {
            VersionEdit edit = new();
            retention.AddTo(edit, manifest.State);
            manifest.Commit(edit);
        }
    }

    /// <summary>
    /// Records whether there is a list of kept versions: called after it was written, and before it is deleted. From then on an opening
    /// notices its loss.
    /// </summary>
    public static void CommitKeptVersions(Manifest manifest, bool keeps)
    {
        if (manifest.State.KeepsVersions != keeps)
        {
            manifest.Commit(new VersionEdit { KeepsVersions = keeps });
        }
    }

    /// <summary>The highest number of a log, table, segment or column file in the folder; changes nothing.</summary>
    /// <exception cref="CorruptionException">A file that the manifest names is missing, or the end of the manifest is.</exception>
    public static ulong HighestNumber(StoreFolder folder, ManifestState state)
    {
        ulong highest = 0;
        SortedSet<string> missing = new(state.Tables.Values.SelectMany(StoreFiles.FilesOf), StringComparer.Ordinal);
        foreach (string name in folder.ListFiles())
        {
            StoreFileKind kind = StoreFiles.Classify(name, out ulong number);
            bool counts = kind is StoreFileKind.Log or StoreFileKind.Table or StoreFileKind.Segment or StoreFileKind.ColumnFile;
            highest = counts && number <= MostNumber ? Math.Max(highest, number) : highest;
            missing.Remove(name);

            // Only a crash while the store was made leaves a manifest that names no log, and by then nothing was flushed or imported. If
            // an older state were taken for a new store, every file would be deleted.
            if (state.FirstLiveLog == 0 && counts && kind != StoreFileKind.Log)
            {
                throw ManifestTail.LostEnd(folder, state, name);
            }
        }

        foreach (string name in StagedSegment.NamesIn(folder))
        {
            bool counts = StoreFiles.Classify(name, out ulong number) == StoreFileKind.Segment && number <= MostNumber;
            highest = counts ? Math.Max(highest, number) : highest;
        }

        return missing.Count == 0
            ? highest
            : throw ManifestTail.Missing(folder, state, missing.Min!);
    }

    /// <summary>
    /// Deletes the files that nobody needs: temporary files, logs that are wholly flushed, and tables, segments and column files
    /// that no edit added or that one removed. Only a file whose content shows that this library wrote it is deleted: a name proves
    /// nothing.
    /// </summary>
    /// <param name="folder">The store's folder.</param>
    /// <param name="state">What the manifest says.</param>
    /// <param name="kept">Versions that are kept beside that of the manifest, oldest first.</param>
    public static void Clean(StoreFolder folder, ManifestState state, IReadOnlyList<RetainedVersion> kept)
    {
        HashSet<string> live =
        [
            .. state.Tables.Values.SelectMany(StoreFiles.FilesOf),
            .. kept.SelectMany(version => version.DataFiles()),
        ];
        ulong firstLog = kept.Count == 0 ? state.FirstLiveLog : Math.Min(state.FirstLiveLog, kept[0].FirstLog);
        foreach (string name in folder.ListFiles())
        {
            StoreFileKind kind = StoreFiles.Classify(name, out ulong number);
            bool needed = kind switch
            {
                StoreFileKind.Temporary => false,
                StoreFileKind.Table or StoreFileKind.Segment or StoreFileKind.ColumnFile => live.Contains(name),
                StoreFileKind.Log => number >= firstLog,
                _ => true,
            };
            if (!needed)
            {
                OwnContent.TryDelete(folder.Files, folder.PathOf(name));
            }
        }
    }
}
