using Microsoft.Win32.SafeHandles;
using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints.Transfer;

/// <summary>
/// Sends the files of a local checkpoint, and remembers what it sent. Thread contract: one upload at a time. Lifetime: that of the
/// open store, because only within it a name of a table means the same content.
/// </summary>
/// <remarks>
/// A file is known, and not read again, if it has the name and length of a file that was sent before. For tables, segments and column
/// files that is enough: an open store never gives their names twice. Logs and manifests must also have the same time of change. A log
/// under construction comes as a fresh copy each time, so its time differs; a full one is a link to a file that is not written again.
/// What another machine sent is not known by name: two stores that began with one checkpoint give the same numbers to different files.
/// </remarks>
internal sealed class FileSender(CheckpointOptions options)
{
    private const int TailBlockBytes = 64 << 10;

    private readonly PartBuffers _buffers = new(options.PartBytes);
    private Dictionary<string, KnownFile> _known = new(StringComparer.Ordinal);

    /// <summary>How many files of the last call were read.</summary>
    public int FilesRead { get; private set; }

    /// <summary>Sends what the target does not have of a folder's files.</summary>
    /// <returns>The files in the order of their names.</returns>
    /// <exception cref="FileOperationException">A file cannot be read, or is none of a store.</exception>
    public async Task<ManifestFile[]> SendAsync(string folder, PartSender parts, CancellationToken cancellationToken)
    {
        FileInfo[] files = List(folder);
        ManifestFile?[] known = [.. files.Select(file => TryKnown(file, parts))];
        ParallelOptions parallel = new() { MaxDegreeOfParallelism = options.Parallelism, CancellationToken = cancellationToken };
        long[] ends = new long[files.Length];
        await Parallel.ForAsync(0, files.Length, parallel, async (i, token) =>
            ends[i] = known[i] is null ? await FindEndAsync(files[i], token).ConfigureAwait(false) : 0).ConfigureAwait(false);

        // By part, because most of the bytes are in few files.
        PartRef[][] sent = [.. ends.Select(end => new PartRef[(end + options.PartBytes - 1) / options.PartBytes])];
        IEnumerable<(int File, int Part)> work = sent.SelectMany((file, i) => file.Select((_, part) => (i, part)));
        await Parallel.ForEachAsync(work, parallel, async (one, token) =>
        {
            long offset = (long)one.Part * options.PartBytes;
            int length = (int)Math.Min(options.PartBytes, ends[one.File] - offset);
            sent[one.File][one.Part] = await SendPartAsync(files[one.File], offset, length, parts, token).ConfigureAwait(false);
        }).ConfigureAwait(false);

        ManifestFile[] result = [.. files.Select((file, i) => known[i] ?? new ManifestFile(file.Name, file.Length, sent[i]))];
        FilesRead = known.Count(file => file is null);
        _known = files.Select((file, i) => (file.Name, Known: new KnownFile(result[i], file.LastWriteTimeUtc)))
            .ToDictionary(file => file.Name, file => file.Known, StringComparer.Ordinal);
        return result;
    }

    private static FileInfo[] List(string folder)
    {
        FileSystemInfo[] entries =
            [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().Where(entry => entry.Name != StoreFileNames.Lock)];
        return Array.Find(entries, entry => entry is not FileInfo || !StoreFileNames.IsStoreFile(entry.Name)) is { } foreign
            ? throw new FileOperationException("send", foreign.FullName, "no checkpoint of this version holds such a file")
            : [.. entries.Cast<FileInfo>().OrderBy(file => file.Name, StringComparer.Ordinal)];
    }

    private ManifestFile? TryKnown(FileInfo file, PartSender parts) =>
        _known.TryGetValue(file.Name, out KnownFile known) && known.File.Length == file.Length
        && (StoreFileNames.IsData(file.Name) || known.ChangedAt == file.LastWriteTimeUtc)
        && Array.TrueForAll(known.File.Parts, parts.IsSafe) ? known.File : null;

    private Task<long> FindEndAsync(FileInfo file, CancellationToken cancellationToken) =>
        WithFileAsync(file, (handle, buffer) => FindEndAsync(handle, buffer, cancellationToken));

    private Task<PartRef> SendPartAsync(FileInfo file, long offset, int length, PartSender parts, CancellationToken cancellationToken) =>
        WithFileAsync(file, async (handle, buffer) =>
        {
            Memory<byte> blob = buffer.AsMemory(0, CheckpointFormat.HeaderBytes + length);
            await ReadAsync(handle, offset, blob[CheckpointFormat.HeaderBytes..], cancellationToken).ConfigureAwait(false);
            return await parts.SendAsync(blob, cancellationToken).ConfigureAwait(false);
        });

    private async Task<T> WithFileAsync<T>(FileInfo file, Func<SafeFileHandle, byte[], Task<T>> work)
    {
        byte[] buffer = _buffers.Take();
        try
        {
            using SafeFileHandle handle = File.OpenHandle(file.FullName, options: FileOptions.Asynchronous);
            return await work(handle, buffer).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FileOperationException("read", file.FullName, e.Message, e);
        }
        finally
        {
            _buffers.Return(buffer);
        }
    }

    /// <summary>Where the zeros at the end of a file begin. A log is filled with zeros to its final length before it is used.</summary>
    private static async Task<long> FindEndAsync(SafeFileHandle file, byte[] buffer, CancellationToken cancellationToken)
    {
        long end = RandomAccess.GetLength(file);
        int most = Math.Min(TailBlockBytes, buffer.Length);
        while (end > 0)
        {
            int length = (int)Math.Min(most, end);
            await ReadAsync(file, end - length, buffer.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            int last = buffer.AsSpan(0, length).LastIndexOfAnyExcept((byte)0);
            if (last >= 0)
            {
                return end - length + last + 1;
            }

            end -= length;
        }

        return 0;
    }

    private static async Task ReadAsync(SafeFileHandle file, long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        while (!into.IsEmpty)
        {
            int read = await RandomAccess.ReadAsync(file, into, offset, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                throw new EndOfStreamException("the file became shorter while it was read.");
            }

            into = into[read..];
            offset += read;
        }
    }

    private readonly record struct KnownFile(ManifestFile File, DateTime ChangedAt);
}
