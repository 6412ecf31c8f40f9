using Microsoft.Win32.SafeHandles;

namespace Signals.Bench.Checkpoints;

/// <summary>
/// Files that are copied one after the other by reads and writes of 1 MiB, and then synced: what a copy of the same bytes takes at least
/// without checks. Zeros at the end of a file are a hole in the copy, as in a restored store. Used by one thread.
/// </summary>
internal sealed class PlainCopy
{
    private const int BufferBytes = 1 << 20;
    private readonly (string Path, long Length, long Content)[] _files;

    private PlainCopy((string Path, long Length, long Content)[] files)
    {
        _files = files;
        Bytes = files.Sum(file => file.Content);
    }

    public long Bytes { get; }

    /// <summary>The files of a store's folder; zeros at the end of a file are not copied.</summary>
    public static PlainCopy OfStore(string folder) => new(
        [.. FilesIn(folder).Select(path => (path, new FileInfo(path).Length, ContentLength(path)))]);

    /// <summary>These files, whole.</summary>
    public static PlainCopy Of(IEnumerable<string> paths) => new(
        [.. paths.Select(path => (path, new FileInfo(path).Length, new FileInfo(path).Length))]);

    public static string[] FilesIn(string folder) => Directory.GetFiles(folder, "*", SearchOption.AllDirectories);

    /// <summary>Copies the files into a new folder, durably.</summary>
    public void Run(string folder)
    {
        Directory.CreateDirectory(folder);
        byte[] buffer = new byte[BufferBytes];
        string[] copies = [.. _files.Select((file, i) => Path.Combine(folder, $"{i}"))];
        for (int i = 0; i < _files.Length; i++)
        {
            using SafeFileHandle from = File.OpenHandle(_files[i].Path);
            using SafeFileHandle to = File.OpenHandle(copies[i], FileMode.CreateNew, FileAccess.Write);
            for (long offset = 0; offset < _files[i].Content;)
            {
                int most = (int)Math.Min(BufferBytes, _files[i].Content - offset);
                int read = RandomAccess.Read(from, buffer.AsSpan(0, most), offset);
                RandomAccess.Write(to, buffer.AsSpan(0, read), offset);
                offset += read > 0 ? read : throw new IOException($"'{_files[i].Path}' became shorter while it was copied.");
            }

            RandomAccess.SetLength(to, _files[i].Length);
        }

        foreach (string copy in copies)
        {
            using SafeFileHandle to = File.OpenHandle(copy, FileMode.Open, FileAccess.Write);
            RandomAccess.FlushToDisk(to);
        }
    }

    private static long ContentLength(string path)
    {
        using SafeFileHandle file = File.OpenHandle(path);
        byte[] buffer = new byte[BufferBytes];
        long end = RandomAccess.GetLength(file);
        while (end > 0)
        {
            long begin = Math.Max(0, end - BufferBytes);
            int read = RandomAccess.Read(file, buffer.AsSpan(0, (int)(end - begin)), begin);
            int last = buffer.AsSpan(0, read).LastIndexOfAnyExcept((byte)0);
            if (last >= 0)
            {
                return begin + last + 1;
            }

            end = begin;
        }

        return 0;
    }
}
