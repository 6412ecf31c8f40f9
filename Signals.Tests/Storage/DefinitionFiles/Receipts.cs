using Signals.Core.DefinitionVersions;
using Signals.Storage.DefinitionFiles;
using Signals.Storage.FileSystem;

namespace Signals.Tests.Storage.DefinitionFiles;

/// <summary>A keeper with receipts that can be rebuilt from a version of the store on, as a test says. One thread.</summary>
internal sealed class Receipts(IFileSystem files) : IDefinitionKeeper
{
    public ulong Oldest { get; set; }

    public ulong Mark { get; set; }

    public IReadOnlyList<StoredHistory> Kept => DefinitionFile.TryRead(DefinitionFileSample.FolderOf(files))?.Names ?? [];

    /// <summary>What happens while a change is written.</summary>
    public Action? Meanwhile { get; set; }

    public void Keep(IReadOnlyList<StoredHistory> all)
    {
        DefinitionFile.Publish(DefinitionFileSample.FolderOf(files), DefinitionFileWriter.Write(all));
        Meanwhile?.Invoke();
    }

    public bool IsNeeded(ulong lastServedIn) => Oldest == 0 || Oldest <= lastServedIn + 1;
}
