using Apache.Arrow;
using Apache.Arrow.Ipc;

namespace Signals.Arrow.Importing;

/// <summary>The record batches of an IPC file or stream; which of the two it is tells its beginning.</summary>
/// <remarks>Thread contract: one thread. Lifetime: until disposed. Memory: the batch that was read last.</remarks>
internal sealed class BatchFile : IDisposable
{
    private readonly FileStream _stream;
    private readonly ArrowStreamReader _reader;
    private readonly bool _isFile;

    private BatchFile(string path, FileStream stream, ArrowStreamReader reader, bool isFile) =>
        (FullPath, _stream, _reader, _isFile) = (path, stream, reader, isFile);

    private static ReadOnlySpan<byte> EndOfStream => [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0];

    /// <summary>The path of the file.</summary>
    public string FullPath { get; }

    /// <summary>The columns.</summary>
    public Schema Schema => Guard(FullPath, "its schema", () => _reader.Schema);

    /// <summary>The files below a path, in the order of their names.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    public static IReadOnlyList<string> List(string path)
    {
        string root = Path.GetFullPath(path);
        if (File.Exists(root))
        {
            return [root];
        }

        string[] files = !Directory.Exists(root) ? [] :
        [
            .. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories)
                .Where(file => Path.GetExtension(file) is ".arrow" or ".arrows")
                .Where(file => Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).All(part => part[0] is not ('.' or '_')))
                .Order(StringComparer.Ordinal),
        ];
        return files.Length > 0 ? files : throw new FileNotFoundException(
            $"There is no file '{path}', and no file below it that ends with '.arrow' or '.arrows'.", path);
    }

    /// <summary>Opens a file.</summary>
    /// <exception cref="ArrowFileException">It is neither file nor stream of Arrow.</exception>
    public static BatchFile Open(string path)
    {
        FileStream stream = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        try
        {
            Span<byte> begin = stackalloc byte[6];
            int length = stream.ReadAtLeast(begin, begin.Length, throwOnEndOfStream: false);
            bool isFile = begin[..length].SequenceEqual("ARROW1"u8);
            if (!isFile)
            {
                RequireEnd(path, stream);
            }

            stream.Position = 0;
            ArrowStreamReader reader = isFile
                ? new ArrowFileReader(stream, leaveOpen: true)
                : new ArrowStreamReader(stream, leaveOpen: true);
            return new BatchFile(path, stream, reader, isFile);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Reads the next batch; null at the end. The caller disposes it.</summary>
    /// <exception cref="ArrowFileException">The file is damaged, or has something behind the end of its stream.</exception>
    public RecordBatch? Next()
    {
        RecordBatch? batch = Guard(FullPath, "a batch", () => _reader.ReadNextRecordBatch());
        if (batch is null && !_isFile && _stream.Position < _stream.Length)
        {
            throw new ArrowFileException(
                FullPath,
                $"its stream ends at byte {_stream.Position} of {_stream.Length}; put each of several streams into its own file.");
        }

        return batch;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reader.Dispose();
        _stream.Dispose();
    }

    /// <summary>Runs something that Arrow's library does with bytes of a file, and names the file in its errors.</summary>
    public static T Guard<T>(string path, string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (IsOfLibrary(error))
        {
            throw new ArrowFileException(path, $"{what} cannot be read: {error.Message.TrimEnd('.')}.", error);
        }
    }

    // A stream that is cut off between two batches would pass for a shorter one.
    private static void RequireEnd(string path, FileStream stream)
    {
        Span<byte> end = stackalloc byte[sizeof(long)];
        if (stream.Length >= end.Length)
        {
            stream.Seek(-end.Length, SeekOrigin.End);
            stream.ReadExactly(end);
            if (end.SequenceEqual(EndOfStream))
            {
                return;
            }
        }

        throw new ArrowFileException(path, "it has no end of a stream: it is neither file nor stream of Arrow, or is cut off.");
    }

    /// <summary>
    /// Whether an error is one of the library about the bytes of a file. It reads offsets and lengths of a file as they are, so that damage
    /// shows as an index that is out of range.
    /// </summary>
    private static bool IsOfLibrary(Exception error) => error is InvalidDataException or InvalidOperationException or ArgumentException
        or IndexOutOfRangeException or OverflowException or NotSupportedException or NotImplementedException or NullReferenceException
        or InvalidCastException or EndOfStreamException or FormatException or KeyNotFoundException;
}
