using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using Signals.Checkpoints.Folders;
using Signals.Checkpoints.Formats;

namespace Signals.Checkpoints;

/// <summary>
/// Checkpoints in a folder, such as a mounted share. Thread contract: any thread, and any number of processes and machines at once, as
/// long as the file system's hard links are atomic, which they are on local disks and on NFS.
/// </summary>
/// <remarks>
/// <c>CURRENT</c> is the file with the greatest number in the folder <c>current</c>. Replacing number n is making n + 1 by a link
/// of a complete, synced file, which succeeds for one caller. So there is no lock that a crash could leave, and no moment without a
/// <c>CURRENT</c> (<c>docs/decisions/0034-checkpoints-in-shared-storage.md</c>).
/// </remarks>
public sealed class FolderTarget : CheckpointTarget
{
    private const string CurrentFolder = "current/";
    private const string NumberFormat = "D20";

    // How many numbers stay beside the greatest one, and for how long all of them do. A writer that is about to replace number n
    // must still find n + 1 when somebody made it; it gives up long before it is so late.
    private const int NumbersKept = 64;
    private static readonly TimeSpan AgeKept = TimeSpan.FromDays(7);
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-/");

    private readonly string _root;
    private readonly TimeProvider _time;

    /// <summary>Uses a folder, which is created with the first checkpoint.</summary>
    /// <param name="path">The folder. It belongs to the checkpoints of one store.</param>
    /// <param name="timeProvider">The clock by which old names of <c>CURRENT</c> are cleared away; null for the system's.</param>
    public FolderTarget(string path, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        _time = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public override string Description => _root;

    /// <inheritdoc/>
    public override Task<bool> PutIfAbsentAsync(
        string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default) =>
        Guard("put", name, async () =>
        {
            string path = PathOf(name);
            if (!File.Exists(path))
            {
                return await TryPublishAsync(path, content, cancellationToken).ConfigureAwait(false);
            }

            DurableFolder.Sync(Path.GetDirectoryName(path)!);
            return false;
        });

    /// <inheritdoc/>
    public override Task<Stream?> TryOpenReadAsync(string name, CancellationToken cancellationToken = default) =>
        Guard("read", name, () => Task.FromResult<Stream?>(TryOpen(PathOf(name))));

    /// <inheritdoc/>
    public override Task<StoredBlob?> FindAsync(string name, CancellationToken cancellationToken = default) =>
        Guard("find", name, () =>
        {
            string path = PathOf(name);
            StoredBlob? found = Describe(name, new FileInfo(path));
            if (found is not null)
            {
                // Another process may have named it a moment ago. Whoever relies on it now must find it after a power cut.
                DurableFolder.Sync(Path.GetDirectoryName(path)!);
            }

            return Task.FromResult(found);
        });

    /// <inheritdoc/>
    public override async IAsyncEnumerable<StoredBlob> ListAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        string folder = PathOf(prefix);
        IEnumerator<FileInfo> files = await Guard("list", prefix, () => Task.FromResult(
            (Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles() : []).GetEnumerator())).ConfigureAwait(false);
        using (files)
        {
            while (await Guard("list", prefix, () => Task.FromResult(files.MoveNext())).ConfigureAwait(false))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (Describe(prefix + files.Current.Name, files.Current) is { } blob)
                {
                    yield return blob;
                }
            }
        }
    }

    /// <inheritdoc/>
    public override Task DeleteAsync(string name, CancellationToken cancellationToken = default) => Guard("delete", name, () =>
    {
        string path = PathOf(name);
        if (File.Exists(path))
        {
            File.Delete(path);
            DurableFolder.Sync(Path.GetDirectoryName(path)!);
        }

        return Task.FromResult(true);
    });

    /// <inheritdoc/>
    public override Task<CurrentPointer?> ReadCurrentAsync(CancellationToken cancellationToken = default) =>
        Guard("read", CurrentFolder, async () =>
        {
            long missing = 0;
            while (true)
            {
                long newest = Numbers().DefaultIfEmpty(0).Max();
                if (newest == 0)
                {
                    return null;
                }

                if (TryOpen(NumberPath(newest)) is not { } stream)
                {
                    // It was cleared away since, so there is a greater one. A link that leads nowhere is listed for ever.
                    missing = newest > missing ? newest : throw new FileNotFoundException($"'{NumberPath(newest)}' cannot be opened.");
                    continue;
                }

                await using (stream.ConfigureAwait(false))
                {
                    byte[] content = new byte[1024];
                    int read = await stream.ReadAtLeastAsync(content, content.Length, throwOnEndOfStream: false, cancellationToken)
                        .ConfigureAwait(false);
                    return new CurrentPointer(content.AsMemory(0, read), newest.ToString(CultureInfo.InvariantCulture));
                }
            }
        });

    /// <inheritdoc/>
    public override Task<bool> TryReplaceCurrentAsync(
        ReadOnlyMemory<byte> content, string? expectedTag, CancellationToken cancellationToken = default) =>
        Guard("replace", CurrentFolder, async () =>
        {
            long expected = expectedTag is null ? 0 : long.Parse(expectedTag, NumberStyles.None, CultureInfo.InvariantCulture);
            if (Numbers().DefaultIfEmpty(0).Max() != expected
                || !await TryPublishAsync(NumberPath(expected + 1), content, cancellationToken).ConfigureAwait(false))
            {
                return false;
            }

            ClearOldNumbers();
            return true;
        });

    private static StoredBlob? Describe(string name, FileInfo file)
    {
        try
        {
            return file.Exists ? new StoredBlob(name, file.Length, file.LastWriteTimeUtc) : null;
        }
        catch (FileNotFoundException)
        {
            return null; // deleted since
        }
    }

    private static FileStream? TryOpen(string path)
    {
        try
        {
            return new FileStream(
                path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The file appears under its name complete and durable; false when a file has the name.</summary>
    private async Task<bool> TryPublishAsync(string path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        string temporary = PathOf(BlobNames.Temporary(Guid.NewGuid()));
        DurableFolder.Create(Path.GetDirectoryName(temporary)!);
        DurableFolder.Create(Path.GetDirectoryName(path)!);
        bool named;
        try
        {
            FileStream file = DurableFolder.CreateFile(temporary);
            await using (file.ConfigureAwait(false))
            {
                await file.WriteAsync(content, cancellationToken).ConfigureAwait(false);
                DurableFolder.Sync(file.SafeFileHandle, temporary);
            }

            named = DurableFolder.TryName(temporary, path);
        }
        catch (IOException e) when (!File.Exists(temporary))
        {
            throw new IOException(
                $"'{temporary}' was deleted before it had its name, as an erasure does with what an upload is storing; upload again.", e);
        }
        finally
        {
            File.Delete(temporary);
        }

        // Also when another caller made the name: whoever relies on it now must find it after a power cut.
        DurableFolder.Sync(Path.GetDirectoryName(path)!);
        return named;
    }

    private IEnumerable<long> Numbers()
    {
        string folder = PathOf(CurrentFolder);
        return Directory.Exists(folder)
            ? Directory.EnumerateFiles(folder).Select(path => TryNumber(Path.GetFileName(path))).Where(number => number > 0)
            : [];
    }

    private void ClearOldNumbers()
    {
        DateTime before = (_time.GetUtcNow() - AgeKept).UtcDateTime;
        foreach (long number in Numbers().OrderDescending().Skip(NumbersKept).ToArray())
        {
            FileInfo file = new(NumberPath(number));
            if (file.Exists && file.LastWriteTimeUtc < before && BeginsAsCurrent(file.FullName))
            {
                file.Delete();
            }
        }
    }

    private static bool BeginsAsCurrent(string path)
    {
        using FileStream? file = TryOpen(path);
        Span<byte> header = stackalloc byte[CheckpointFormat.HeaderBytes];
        return file is not null && file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) == header.Length
            && BlobHeader.IsOurs(header, CheckpointFormat.CurrentMagic);
    }

    private static long TryNumber(string name) =>
        long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out long number)
        && number.ToString(NumberFormat, CultureInfo.InvariantCulture) == name ? number : 0;

    private string NumberPath(long number) => PathOf(CurrentFolder + number.ToString(NumberFormat, CultureInfo.InvariantCulture));

    /// <summary>Names come from this library, but a mistake must not lead out of the folder.</summary>
    private string PathOf(string name)
    {
        ReadOnlySpan<char> rest = name.AsSpan(name.IndexOf('/', StringComparison.Ordinal) + 1);
        return name.AsSpan().ContainsAnyExcept(NameCharacters) || rest.Contains('/')
            || name.StartsWith('/')
            ? throw new ArgumentException($"'{name}' is not the name of a blob.", nameof(name))
            : Path.Combine(_root, name);
    }

    private async Task<T> Guard<T>(string operation, string name, Func<Task<T>> work)
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointTargetException(operation, $"{_root}/{name}", e.Message, e);
        }
    }
}
