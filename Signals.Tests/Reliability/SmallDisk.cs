namespace Signals.Tests.Reliability;

/// <summary>A small file system in memory, mounted for one test, that can be filled up and freed again. Threads: any.</summary>
internal sealed class SmallDisk : IDisposable
{
    private const int FillChunk = 64 << 10;

    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Mounts one; where that is not allowed, the test says so and is skipped.</summary>
    public static SmallDisk Mount(int megabytes)
    {
        SmallDisk disk = new(Directory.CreateTempSubdirectory("signals-disk-").FullName);
        if (Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m", "tmpfs", disk.Path) is { } refusal)
        {
            Directory.Delete(disk.Path);
            Assert.Ignore($"A small file system cannot be mounted here: {refusal}");
        }

        return disk;
    }

    /// <summary>Takes so many bytes away, or all that there are.</summary>
    public void Fill(long bytes = long.MaxValue)
    {
        using FileStream file = new(Filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        byte[] chunk = new byte[FillChunk];
        try
        {
            for (long left = bytes; left > 0; left -= FillChunk)
            {
                file.Write(chunk.AsSpan(0, (int)Math.Min(FillChunk, left)));
            }
        }
        catch (IOException) when (bytes == long.MaxValue)
        {
            // Full, as was asked for.
        }
    }

    /// <summary>Gives back what was taken away.</summary>
    public void Free() => File.Delete(Filler);

    public void Dispose()
    {
        Run("umount", Path);
        Directory.Delete(Path, recursive: true);
    }

    /// <summary>Null, or why it failed.</summary>
    private static string? Run(string program, params string[] arguments)
    {
        try
        {
            (int code, _, string said) = WatchedProcess.Run(program, arguments);
            return code == 0 ? null : said;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            return error.Message;
        }
    }
}
