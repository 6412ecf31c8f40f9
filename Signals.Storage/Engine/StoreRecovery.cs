using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.History;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Opens or creates the manifest, agrees on the schema and clears away what a crash left behind.</summary>
/// <remarks>
/// Thread contract: the opening thread, which holds the store's lock. Order: first what only reads and may find damage, then
/// <see cref="Clean"/> and the replay of the logs; a schema that has more than the stored one is recorded with the first edit that relies
/// on it, or when the logs were replayed under it.
/// </remarks>
internal static class StoreRecovery
{
    // No store comes to such numbers; a file that bears one is not the store's, and must not make its numbers run out.
    private const ulong MostNumber = 1UL << 60;

    /// <summary>Opens the manifest, or makes one that holds the declared schema.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The store's folder.</param>
    /// <param name="declared">The event types that the program knows.</param>
    /// <param name="failStop">What every commit asks.</param>
    /// <param name="keep">What a new store is told to keep.</param>
    /// <param name="schema">The schema in force: not yet in the manifest when it has more than the stored one.</param>
    public static Manifest OpenManifest(IFileSystem files, string directory, StoreSchema declared, FailStop failStop, KeepSettings? keep, out StoreSchema schema)
    {
        if (!Manifest.Exists(files, directory))
        {
            schema = declared;
            return Manifest.Create(files, directory, new VersionEdit { Schema = SchemaSerializer.Write(declared), Keep = keep }, failStop: failStop);
        }

        Manifest manifest = Manifest.Load(files, directory, failStop: failStop);
        try
        {
            schema = SchemaEvolution.Resolve(manifest.State.ReadSchema(), declared, out _);
            return manifest;
        }
        catch
        {
            manifest.Dispose();
            throw;
        }
    }

    /// <summary>The schema in force, to be recorded; null when it is the stored one.</summary>
    public static byte[]? NewSchema(Manifest manifest, StoreSchema schema)
    {
        byte[] bytes = SchemaSerializer.Write(schema);
        return manifest.State.Schema.Span.SequenceEqual(bytes) ? null : bytes;
    }

    /// <summary>
    /// Records the first log of a new store, which is durable already, before anything is appended: from then on its loss is noticed.
    /// </summary>
    public static void CommitFirstLog(Manifest manifest, ulong log, ulong nextFileNumber)
    {
        if (manifest.State.FirstLiveLog == 0)
        {
            manifest.Commit(new VersionEdit { FirstLiveLog = log, NextFileNumber = nextFileNumber });
        }
    }

    /// <summary>Records what is kept, before anything goes by it; null for nothing new.</summary>
    public static void CommitKeep(Manifest manifest, KeepSettings? keep)
    {
        if (keep is not null)
        {
            manifest.Commit(new VersionEdit { Keep = keep });
        }
    }

    /// <summary>
    /// Records whether there is a list of kept versions: after it was written, and before it is deleted. From then on its loss is noticed.
    /// </summary>
    public static void CommitKeptVersions(Manifest manifest, bool keeps)
    {
        if (manifest.State.KeepsVersions != keeps)
        {
            manifest.Commit(new VersionEdit { KeepsVersions = keeps });
        }
    }

    /// <summary>The highest number of a log, table, segment or column file in the folder; changes nothing.</summary>
    /// <exception cref="CorruptionException">A file of the manifest is missing, or the manifest's end.</exception>
    public static ulong HighestNumber(IFileSystem files, string directory, ManifestState state)
    {
        ulong highest = 0;
        SortedSet<string> missing = new(state.Tables.Values.SelectMany(StoreFiles.FilesOf), StringComparer.Ordinal);
        foreach (string name in files.ListFiles(directory))
        {
            StoreFileKind kind = StoreFiles.Classify(name, out ulong number);
            bool counts = kind is StoreFileKind.Log or StoreFileKind.Table or StoreFileKind.Segment or StoreFileKind.ColumnFile;
            highest = counts && number <= MostNumber ? Math.Max(highest, number) : highest;
            missing.Remove(name);

            // Only a crash while the store was made leaves a manifest that names no log, and nothing was flushed or imported by then. An older state taken
            // for a new store would have every file deleted.
            if (state.FirstLiveLog == 0 && counts && kind != StoreFileKind.Log)
            {
                throw ManifestTail.LostEnd(directory, state, name);
            }
        }

        foreach (string name in StagedSegment.NamesIn(files, directory))
        {
            highest = StoreFiles.Classify(name, out ulong number) == StoreFileKind.Segment && number <= MostNumber ? Math.Max(highest, number) : highest;
        }

        return missing.Count == 0
            ? highest
            : throw ManifestTail.Missing(files, directory, state, missing.Min!);
    }

    /// <summary>
    /// Deletes what is proven to be of this library, by its content, and that nobody needs: a name proves nothing. Among these are temporary files, tables, segments and column files that no edit added or that one removed, and logs
    /// that are wholly flushed.
    /// </summary>
    /// <param name="files">The file system.</param>
    /// <param name="directory">The store's folder.</param>
    /// <param name="state">What the manifest says.</param>
    /// <param name="kept">Versions that are kept beside that of the manifest, oldest first.</param>
    public static void Clean(IFileSystem files, string directory, ManifestState state, IReadOnlyList<RetainedVersion> kept)
    {
        HashSet<string> live = [.. state.Tables.Values.SelectMany(StoreFiles.FilesOf), .. kept.SelectMany(version => version.DataFiles())];
        ulong firstLog = kept.Count == 0 ? state.FirstLiveLog : Math.Min(state.FirstLiveLog, kept[0].FirstLog);
        foreach (string name in files.ListFiles(directory))
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
                OwnContent.TryDelete(files, Path.Combine(directory, name));
            }
        }
    }
}
