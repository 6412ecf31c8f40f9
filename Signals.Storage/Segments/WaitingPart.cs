using Signals.Storage.FileSystem;

namespace Signals.Storage.Segments;

/// <summary>
/// The bytes of a part until all parts before it are written: in memory, or in a temporary file. The file begins with the header of
/// the segment, so that the first part's file can become the segment. Thread contract: one thread. The file takes a handle until
/// <see cref="Close"/>, and then only while it is read. Disposing frees the memory and deletes the file.
/// </summary>
/// <param name="files">The file system.</param>
/// <param name="path">The path of the temporary file, if one is needed.</param>
/// <param name="header">The header of the segment.</param>
internal sealed class WaitingPart(IFileSystem files, string path, byte[] header) : IFile
{
    private readonly List<byte[]> _pieces = [];
    private string? _temporary;
    private IFile? _stored; // open
    private HashingFile? _file; // the same, as long as bytes may come

    /// <inheritdoc/>
    public string Path => _temporary ?? path;

    /// <inheritdoc/>
    public long Length { get; private set; }

    /// <summary>Bytes in memory.</summary>
    public long HeldBytes => _pieces.Count > 0 ? Length : 0;

    /// <summary>Writes after the last byte.</summary>
    public void Write(long offset, ReadOnlySpan<byte> data)
    {
        if (offset != Length)
        {
            throw new InvalidOperationException($"A write at {offset} is not at the end of the part, which is {Length}.");
        }

        if (_temporary is null)
        {
            _pieces.Add(data.ToArray());
        }
        else if (_file is not null)
        {
            _file.Append(data);
        }
        else
        {
            throw new InvalidOperationException("The part is closed; no more bytes may come.");
        }

        Length += data.Length;
    }

    /// <inheritdoc/>
    public void Write(long offset, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Write(offset, first);
        Write(offset + first.Length, second);
    }

    /// <summary>Moves the bytes from memory into the temporary file. Later ones go there, too.</summary>
    public void MoveToFile()
    {
        if (_temporary is not null)
        {
            return;
        }

        string temporary = OwnContent.FreeTemporary(files, path);
        _stored = files.Open(temporary, FileOpenMode.CreateNew);
        _temporary = temporary;
        _file = new HashingFile(_stored);
        _file.Append(header);
        _pieces.ForEach(piece => _file.Append(piece));
        _pieces.Clear();
    }

    /// <summary>Closes the temporary file, if there is one: no more bytes come. It cannot become the segment any more.</summary>
    public void Close()
    {
        _stored?.Dispose();
        (_file, _stored) = (null, null);
    }

    /// <summary>Makes the segment of the temporary file, if there is one that is open. This then no longer owns the file.</summary>
    /// <param name="segment">The path of the segment.</param>
    public SegmentOutput? TakeFile(string segment)
    {
        if (_file is null)
        {
            return null;
        }

        SegmentOutput output = new(files, segment, _temporary!, _file);
        (_file, _stored, _temporary) = (null, null, null);
        return output;
    }

    /// <summary>Appends all bytes to a segment.</summary>
    public void CopyTo(HashingFile output)
    {
        if (_temporary is null)
        {
            _pieces.ForEach(piece => output.Append(piece));
            return;
        }

        byte[] buffer = new byte[(int)Math.Min(256 << 10, Length)];
        for (long at = 0; at < Length;)
        {
            Span<byte> bytes = buffer.AsSpan(0, (int)Math.Min(buffer.Length, Length - at));
            if (Read(at, bytes) != bytes.Length)
            {
                throw new CorruptionException(Path, at, "The temporary file is shorter than the bytes that were written to it.");
            }

            output.Append(bytes);
            at += bytes.Length;
        }
    }

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> destination)
    {
        if (_temporary is not null)
        {
            _stored ??= files.Open(_temporary, FileOpenMode.Read);
            return _stored.Read(header.Length + offset, destination);
        }

        int done = 0;
        long start = 0;
        foreach (byte[] piece in _pieces)
        {
            if (offset + done < start + piece.Length && done < destination.Length)
            {
                ReadOnlySpan<byte> from = piece.AsSpan((int)(offset + done - start));
                from = from[..Math.Min(from.Length, destination.Length - done)];
                from.CopyTo(destination[done..]);
                done += from.Length;
            }

            start += piece.Length;
        }

        return done;
    }

    /// <inheritdoc/>
    public void Sync() => throw new NotSupportedException();

    /// <inheritdoc/>
    public void SetLength(long length) => throw new NotSupportedException();

    /// <inheritdoc/>
    public void Dispose()
    {
        _pieces.Clear();
        Close();
        if (_temporary is not null)
        {
            TemporaryFiles.TryDelete(files, _temporary);
            _temporary = null;
        }
    }
}
