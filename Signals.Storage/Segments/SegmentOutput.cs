using Signals.Storage.FileSystem;

namespace Signals.Storage.Segments;

/// <summary>
/// The file of a segment while it is written: under a temporary name until <see cref="Finish"/> puts it in place. Thread contract:
/// one thread. Owns the file; disposing it unfinished deletes the file.
/// </summary>
internal sealed class SegmentOutput : IDisposable
{
    private readonly IFileSystem _files;
    private readonly string _path;
    private string? _written;

    /// <summary>Takes over a file that holds the header and whole parts behind it.</summary>
    /// <param name="files">The file system.</param>
    /// <param name="path">The path of the segment.</param>
    /// <param name="temporary">The path of the file now.</param>
    /// <param name="file">The file, which hashed all that was written to it.</param>
    public SegmentOutput(IFileSystem files, string path, string temporary, HashingFile file)
    {
        _files = files;
        _path = path;
        _written = temporary;
        Hashed = file;
    }

    /// <summary>The file. The parts are appended to it.</summary>
    public HashingFile Hashed { get; }

    /// <summary>Creates the file and writes the header.</summary>
    public static SegmentOutput Create(IFileSystem files, string path, byte[] header)
    {
        string temporary = OwnContent.FreeTemporary(files, TemporaryFiles.PathOf(path, TemporaryFiles.Whole));
        SegmentOutput output = new(files, path, temporary, new HashingFile(files.Open(temporary, FileOpenMode.CreateNew)));
        try
        {
            output.Hashed.Append(header);
            return output;
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>Writes index and tail, and puts the durable file in place.</summary>
    /// <returns>The content id of the segment.</returns>
    public UInt128 Finish(IReadOnlyList<SegmentPart> parts)
    {
        long indexAt = Hashed.Length;
        byte[] index = SegmentIndex.Encode(parts);
        Hashed.Append(index);
        UInt128 contentId = Hashed.Hash;
        Hashed.Append(SegmentIndex.EncodeTail(indexAt, index, contentId));
        Hashed.Sync();
        Hashed.Dispose();
        _files.Rename(_written!, _path);
        _written = _path;
        _files.SyncDirectory(DurableFile.DirectoryOf(_path));
        _written = null;
        return contentId;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Hashed.Dispose();
        if (_written is not null)
        {
            TemporaryFiles.TryDelete(_files, _written);
            _written = null;
        }
    }
}
