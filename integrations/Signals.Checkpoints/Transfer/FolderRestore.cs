using Microsoft.Win32.SafeHandles;
using Signals.Checkpoints.Folders;
using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>
/// Fetches the files of a checkpoint into a folder. Every part is checked before a byte of it reaches the disk. Thread contract: one
/// thread, which uses several of the pool. Lifetime: one restoring.
/// </summary>
internal sealed class FolderRestore(CheckpointTarget target, CheckpointManifest manifest, CheckpointOptions options)
{
    private readonly PartBuffers _buffers = new(manifest.Files.SelectMany(file => file.Parts).Select(part => part.Length)
        .DefaultIfEmpty(0).Max());
    private readonly long _total = manifest.Files.SelectMany(file => file.Parts).Sum(part => (long)part.Length);
    private readonly Lock _lock = new();
    private long _done; // guarded by _lock

    /// <summary>Makes the folder, which must not exist. Files and names are durable when the task is complete.</summary>
    /// <exception cref="CorruptionException">A part is missing or damaged; the error names it and its file.</exception>
    public async Task RunAsync(string folder, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        DurableFolder.Create(folder);

        foreach (ManifestFile file in manifest.Files)
        {
            using FileStream created = DurableFolder.CreateFile(Path.Combine(folder, file.Name));
            RandomAccess.SetLength(created.SafeFileHandle, file.Length);
        }

        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Work(), parallel, async (part, token) =>
        {
            using SafeFileHandle handle = Open(folder, part.File);
            await WriteAsync(handle, part.File, part.Offset, part.Part, progress, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        await Parallel.ForEachAsync(manifest.Files, parallel, (file, _) =>
        {
            using SafeFileHandle handle = Open(folder, file);
            DurableFolder.Sync(handle, file.Name);
            return ValueTask.CompletedTask;
        }).ConfigureAwait(false);
        DurableFolder.Sync(folder);
    }

    private static SafeFileHandle Open(string folder, ManifestFile file) => File.OpenHandle(
        Path.Combine(folder, file.Name), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, FileOptions.Asynchronous);

    private IEnumerable<(ManifestFile File, long Offset, PartRef Part)> Work()
    {
        foreach (ManifestFile file in manifest.Files)
        {
            long offset = 0;
            foreach (PartRef part in file.Parts)
            {
                yield return (file, offset, part);
                offset += part.Length;
            }
        }
    }

    private async Task WriteAsync(
        SafeFileHandle handle, ManifestFile file, long offset, PartRef part, IProgress<RestoreProgress>? progress,
        CancellationToken cancellationToken)
    {
        byte[] buffer = _buffers.Take();
        try
        {
            ReadOnlyMemory<byte> content =
                await BlobReader.ReadPartAsync(target, part, file.Name, buffer, cancellationToken).ConfigureAwait(false);
            await RandomAccess.WriteAsync(handle, content, offset, cancellationToken).ConfigureAwait(false);
            DurableFolder.StartWriting(handle, offset, content.Length);
        }
        finally
        {
            _buffers.Return(buffer);
        }

        lock (_lock)
        {
            _done += part.Length;
            progress?.Report(new RestoreProgress(_done, _total));
        }
    }
}
