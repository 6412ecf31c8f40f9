using Signals.Core.DefinitionVersions;
using Signals.Definitions;
using Signals.Storage.DefinitionFiles;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;
using Signals.Storage.Versions;
using Signals.Tests.Simulation;
using static Signals.Tests.Core.DefinitionVersions.RegistrySamples;

namespace Signals.Tests.Storage.DefinitionFiles;

/// <summary>Registries that are kept in a file, and known content of one. Threads: one.</summary>
internal static class DefinitionFileSample
{
    public const string Folder = "/d";
    public const string File = "/d/DEFINITIONS";

    /// <summary>Every field has a value of its own; one version has a condition in the host's code.</summary>
    public static IReadOnlyList<StoredHistory> Content { get; } =
    [
        new StoredHistory
        {
            Name = "feed",
            Owner = "ranking",
            IsRetired = true,
            LastRegistered = 3,
            Versions =
            [
                Version(2) with { RegisteredAtMs = 1_000, LastServedIn = 77, HasOwnStages = true },
                new StoredVersion(3, default, ContentHash: null, 2_000, StoredVersion.StillServed, HasOwnStages: false),
            ],
            Past = [Version(1) with { RegisteredAtMs = 500, LastServedIn = 7 }],
            Activations = [0, 1],
            Shadow = new StoredShadow(Feed(9).ToUtf8Json(), 100),
        },
        new StoredHistory { Name = "other", Owner = "fraud" },
    ];

    public static SimFileSystem NewFiles(bool record = false)
    {
        SimFileSystem files = new(record: record);
        files.CreateDirectory(Folder);
        files.SyncDirectory("/");
        return files;
    }

    public static StoreFolder FolderOf(IFileSystem files) => new(files, Folder);

    /// <summary>A registry as an opening of the store finds it.</summary>
    public static DefinitionRegistry<string> Open(IFileSystem files, DefinitionRegistryOptions? options = null) => new(
        Compile, options, time: null, new DefinitionFileKeeper(FolderOf(files), new FailStop(), history: null));

    public static string Compile(SequenceDefinition definition) => $"{definition.Name} v{definition.Version} size {definition.Size.Value}";

    public static byte[] Bytes(IFileSystem files)
    {
        using IFile file = files.Open(File, FileOpenMode.Read);
        byte[] bytes = new byte[file.Length];
        file.Read(0, bytes);
        return bytes;
    }

    private static StoredVersion Version(int version) =>
        StoredVersion.Of(Feed(version), DateTimeOffset.UnixEpoch, hasOwnStages: false);
}
