using Signals.Storage.FileSystem;
using Signals.Storage.Maintenance;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>
/// Whole folders: a store, or a checkpoint, which is one, that somebody gives to be opened, salvaged or verified, one file of
/// each kind changed. Pure; the store is made once.
/// </summary>
internal static class StoreDoors
{
    private const ulong Seed = 0x4057;
    private const int Steps = 30;
    private const string Salvaged = "/salvaged";

    private static readonly Lazy<DamagedStore> Store = new(() => DamagedStore.First(
        Seed, Steps, static store =>
            new[] { StoreFileKind.Table, StoreFileKind.Log, StoreFileKind.Manifest, StoreFileKind.Current, StoreFileKind.Segment }
                .All(store.Kinds.Contains)));

    public static IEnumerable<HostileDoor> All()
    {
        foreach (StoreFileKind kind in (StoreFileKind[])[
            StoreFileKind.Current, StoreFileKind.Manifest, StoreFileKind.Log, StoreFileKind.Table, StoreFileKind.Segment])
        {
            yield return new HostileDoor(
                $"store with a changed {kind}", [], () => Bytes(PathOf(kind)), bytes => Open(kind, bytes),
                static e => e is SignalsException)
            {
                Inputs = 400,
            };
            yield return new HostileDoor(
                $"salvage of a changed {kind}", [], () => Bytes(PathOf(kind)), bytes => Salvage(kind, bytes),
                static e => e is SignalsException)
            {
                Inputs = 150,
            };
        }
    }

    private static string PathOf(StoreFileKind kind) =>
        Store.Value.Files().Where(file => StoreFiles.Classify(Path.GetFileName(file.Path), out _) == kind).MinBy(file => file.Length).Path;

    private static byte[] Bytes(string path)
    {
        using IFile file = Store.Value.Copy().Open(path, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private static SimFileSystem With(StoreFileKind kind, byte[] bytes)
    {
        SimFileSystem files = Store.Value.Copy();
        string path = PathOf(kind);
        files.Delete(path);
        using IFile file = files.Open(path, FileOpenMode.CreateNew);
        file.Write(0, bytes);
        return files;
    }

    private static void Open(StoreFileKind kind, byte[] bytes)
    {
        SignalStore? store = null;
        try
        {
            store = Store.Value.Open(With(kind, bytes));
            new CrashContent().Read(store, Store.Value.Users);
        }
        finally
        {
            store?.Engine.Close(abandon: true);
        }
    }

    private static void Salvage(StoreFileKind kind, byte[] bytes) =>
        StoreSalvage.Run(With(kind, bytes), CrashWorkload.Directory, Salvaged, null, CancellationToken.None);
}
