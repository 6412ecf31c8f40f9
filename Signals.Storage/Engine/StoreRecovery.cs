using Signals.Core.Model;
using Signals.Core.Schema;
using Signals.Storage.FileSystem;
using Signals.Storage.Versions;

namespace Signals.Storage.Engine;

/// <summary>Opens or creates the manifest, agrees on the schema and clears away what a crash left behind.</summary>
/// <remarks>Thread contract: the opening thread, which holds the store's lock.</remarks>
internal static class StoreRecovery
{
    public static Manifest OpenManifest(IFileSystem files, string directory, StoreSchema declared, out StoreSchema schema)
    {
        if (!Manifest.Exists(files, directory))
        {
            schema = declared;
            return Manifest.Create(files, directory, new VersionEdit { Schema = SchemaSerializer.Write(declared) });
        }

        Manifest manifest = Manifest.Open(files, directory);
        try
        {
            schema = SchemaEvolution.Resolve(SchemaSerializer.Read(manifest.State.Schema), declared, out bool changed);
            if (changed)
            {
                manifest.Commit(new VersionEdit { Schema = SchemaSerializer.Write(schema) });
            }

            return manifest;
        }
        catch
        {
            manifest.Dispose();
            throw;
        }
    }

    /// <summary>Deletes temporary files, tables that no edit added or that one removed, and logs that are wholly flushed; returns the highest number in use.</summary>
    /// <exception cref="CorruptionException">A table of the manifest is missing.</exception>
    public static ulong Clean(IFileSystem files, string directory, ManifestState state)
    {
        ulong highest = 0;
        HashSet<ulong> missing = [.. state.Tables.Keys];
        foreach (string name in files.ListFiles(directory))
        {
            StoreFileKind kind = StoreFiles.Classify(name, out ulong number);
            highest = kind is StoreFileKind.Log or StoreFileKind.Table ? Math.Max(highest, number) : highest;
            bool needed = kind switch
            {
                StoreFileKind.Temporary => false,
                StoreFileKind.Table => missing.Remove(number),
                StoreFileKind.Log => number >= state.FirstLiveLog,
                _ => true,
            };
            if (!needed)
            {
                files.Delete(Path.Combine(directory, name));
            }
        }

        return missing.Count == 0
            ? highest
            : throw new CorruptionException(
                Path.Combine(directory, StoreFiles.Table(missing.Min())), 0, "The manifest names this table, but it is missing; restore the store from a checkpoint.");
    }
}
