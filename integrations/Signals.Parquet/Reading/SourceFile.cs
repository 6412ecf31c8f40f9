using ParquetSharp;
using Signals.Parquet.Layout;

namespace Signals.Parquet.Reading;

/// <summary>An open Parquet file: its leaves, its row groups, and what it says about itself when it is one of ours.</summary>
/// <remarks>Thread contract: one thread at a time. Lifetime: until disposed, after the row groups that were opened from it.</remarks>
internal sealed class SourceFile : IDisposable
{
    private const int MagicBytes = 4;
    private const int LeastBytes = 12; // two magic numbers and the length of the footer
    private const int MaxFooterBytes = 256 << 20;
    private const int StreamBytes = 64 << 10;
    private const int MostThriftText = 8 << 20;

    private readonly ParquetFileReader _reader;

    private SourceFile(string path, long bytes, ParquetFileReader reader)
    {
        Path = path;
        _reader = reader;
        FileMetaData meta = reader.FileMetaData;
        Leaves = [.. Enumerable.Range(0, meta.NumColumns).Select(index => Leaf.Read(index, meta.Schema.Column(index)))];
        RowGroups = meta.NumRowGroups;
        Rows = meta.NumRows;
        Stamp = new SourceStamp(bytes, File.GetLastWriteTimeUtc(path), meta.NumRows);
        LakeDescription? description = Describe(meta);
        HasOurLayout = description is not null;
        Description = meta.CreatedBy.StartsWith(LakeFormat.Creator, StringComparison.Ordinal) ? description : null;
    }

    /// <summary>The path of the file.</summary>
    public string Path { get; }

    /// <summary>The leaves of the schema, in order.</summary>
    public IReadOnlyList<Leaf> Leaves { get; }

    /// <summary>The number of row groups.</summary>
    public int RowGroups { get; }

    /// <summary>The number of rows, as the footer says.</summary>
    public long Rows { get; }

    /// <summary>What tells that the file is still the same when it is opened again.</summary>
    public SourceStamp Stamp { get; }

    /// <summary>
    /// Whether columns have the names that we give them: Signals wrote the file, or another tool rewrote one that Signals wrote.
    /// </summary>
    public bool HasOurLayout { get; }

    /// <summary>
    /// What the file says about itself; null when Signals did not write it. A tool that rewrites a file may keep our metadata, but not the
    /// order of rows or what they mean.
    /// </summary>
    public LakeDescription? Description { get; }

    /// <summary>Opens a file and reads its footer.</summary>
    /// <exception cref="ParquetFileException">It is no Parquet file, is damaged, or is encrypted.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SourceFile Open(string path)
    {
        long bytes = CheckEnds(path);
        return Guard(path, "its footer", () =>
        {
            using ReaderProperties properties = ReaderProperties.GetDefaultReaderProperties();
            properties.EnableBufferedStream();
            properties.BufferSize = StreamBytes;
            properties.SetThriftStringSizeLimit(MostThriftText);
            properties.EnablePageChecksumVerification();
            ParquetFileReader reader = new(path, properties);
            try
            {
                return new SourceFile(path, bytes, reader);
            }
            catch
            {
                reader.Dispose();
                throw;
            }
        });
    }

    /// <summary>Opens a file that was looked at before.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="before">What it was then.</param>
    /// <exception cref="ParquetFileException">It is another one now, or cannot be read.</exception>
    public static SourceFile OpenAgain(string path, SourceStamp before)
    {
        SourceFile file = Open(path);
        if (file.Stamp == before)
        {
            return file;
        }

        file.Dispose();
        throw new ParquetFileException(path, "it was replaced while it was imported; import again.");
    }

    /// <summary>Runs something that Parquet's library does, and names the file in its errors.</summary>
    public static T Guard<T>(string path, string what, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (IsOfLibrary(error))
        {
            throw Unreadable(path, what, error);
        }
    }

    /// <summary>Whether an error is one of Parquet's library about the bytes of a file.</summary>
    public static bool IsOfLibrary(Exception error) =>
        error is ParquetException or FormatException or NotSupportedException or ArgumentException or OverflowException;

    /// <summary>The error of a part of a file that cannot be read.</summary>
    public static ParquetFileException Unreadable(string path, string what, Exception error) =>
        new(path, $"{what} cannot be read: {FirstLine(error.Message)}.", error);

    /// <summary>Opens a row group.</summary>
    public RowGroupReader OpenGroup(int rowGroup) => Guard(Path, $"row group {rowGroup}", () => _reader.RowGroup(rowGroup));

    /// <summary>
    /// The leaf of a path: a leaf of exactly this path, or the one leaf below it, such as the elements of a list. Null when there is none.
    /// </summary>
    /// <exception cref="ParquetMismatchException">The path is a group of several leaves.</exception>
    public Leaf? Find(string path)
    {
        if (Leaves.FirstOrDefault(leaf => leaf.Path == path) is { } exact)
        {
            return exact;
        }

        Leaf[] below = [.. Leaves.Where(leaf => leaf.Path.StartsWith(path + ".", StringComparison.Ordinal))];
        return below.Length switch
        {
            0 => null,
            1 => below[0],
            _ => throw new ParquetMismatchException(
                Path, path, $"a group of {below.Length} columns ({string.Join(", ", below.Take(3).Select(leaf => leaf.Path))})",
                "one column; name it by its path, such as '" + below[0].Path + "'"),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    private static string FirstLine(string message) => message.AsSpan().TrimEnd('.').ToString().Split('\n')[0].TrimEnd();

    private static LakeDescription? Describe(FileMetaData meta) =>
        meta.KeyValueMetadata is { } pairs && pairs.TryGetValue(LakeFormat.MetadataKey, out string? text)
            ? LakeDescription.Read(text)
            : null;

    // The library would say the same less clearly, and for a footer of a claimed 2 GiB only after it asked for the memory.
    private static long CheckEnds(string path)
    {
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"There is no file '{path}'.", path);
        }

        if ((File.GetAttributes(path) & (FileAttributes.Device | FileAttributes.Directory)) != 0)
        {
            throw new ParquetFileException(path, "it is no regular file.");
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        if (!file.CanSeek || file.Length < LeastBytes)
        {
            throw new ParquetFileException(path, $"it has {(file.CanSeek ? file.Length : 0)} bytes, too few for a Parquet file.");
        }

        Span<byte> end = stackalloc byte[MagicBytes + sizeof(int)];
        file.Seek(-end.Length, SeekOrigin.End);
        file.ReadExactly(end);
        if (end[sizeof(int)..].SequenceEqual("PARE"u8))
        {
            throw new ParquetFileException(path, "its footer is encrypted, which cannot be read. Write it without encryption.");
        }

        if (!end[sizeof(int)..].SequenceEqual("PAR1"u8))
        {
            throw new ParquetFileException(path, "it does not end with 'PAR1': it is no Parquet file, or is cut off.");
        }

        uint footer = System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(end);
        if (footer > file.Length - LeastBytes || footer > MaxFooterBytes)
        {
            throw new ParquetFileException(path, $"its footer claims {footer} bytes of a file of {file.Length}: it is damaged.");
        }

        return file.Length;
    }
}
