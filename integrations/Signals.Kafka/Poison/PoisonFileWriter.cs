using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace Signals.Kafka.Poison;

/// <summary>
/// Appends poison records to a file. Thread contract: one thread. Invariant: the file holds whole entries, except behind a crash. What a
/// crash left behind the last whole entry, the next opening moves to a file of its own. Lifetime: one run of a partition.
/// </summary>
internal sealed class PoisonFileWriter : IPoisonSink
{
    private readonly FileStream _file;
    private readonly long _maxBytes;
    private byte[] _entry = new byte[1024];

    public PoisonFileWriter(string path, long maxBytes)
    {
        _maxBytes = maxBytes;
        _file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            long whole = PoisonFile.WholeLength(_file);
            if (whole < _file.Length)
            {
                CutOff(whole);
            }

            _file.Position = whole;
            if (whole == 0)
            {
                _file.Write(PoisonFileFormat.Magic);
                FolderSync.SyncFile(_file);
                FolderSync.SyncFolder(Path.GetDirectoryName(_file.Name)!);
            }
        }
        catch
        {
            _file.Dispose();
            throw;
        }
    }

    public void Keep(PoisonRecord record)
    {
        int length = Encode(record);
        if (_file.Position + length > _maxBytes)
        {
            throw new SignalsException(
                $"The record at offset {record.Offset} cannot be applied ({record.Reason}), and '{_file.Name}' would grow beyond "
                    + $"{_maxBytes:N0} bytes with it. Look at the file, move it away, and run the partition again.");
        }

        _file.Write(_entry, 0, length);
    }

    public void Flush(CancellationToken cancellationToken) => FolderSync.SyncFile(_file);

    public void Dispose()
    {
        try
        {
            _file.Dispose();
        }
        catch (IOException)
        {
            // Flush said so already, or else nobody was told that the rest is kept.
        }
    }

    // Nothing of it was ever acknowledged if a crash left it. If it is damage of another kind, somebody may want to look at it.
    private void CutOff(long whole)
    {
        _file.Position = whole;
        using (FileStream torn = new($"{_file.Name}.torn-{whole}", FileMode.Create, FileAccess.Write, FileShare.None))
        {
            _file.CopyTo(torn);
            FolderSync.SyncFile(torn);
        }

        FolderSync.SyncFolder(Path.GetDirectoryName(_file.Name)!);
        _file.SetLength(whole);
        FolderSync.SyncFile(_file);
    }

    private int Encode(PoisonRecord record)
    {
        byte[] kind = Encoding.UTF8.GetBytes(record.Kind);
        byte[] reason = Encoding.UTF8.GetBytes(record.Reason);
        int length = checked(
            PoisonFileFormat.EntryHeaderBytes + PoisonFileFormat.FirstPartAt + (4 * sizeof(int)) + kind.Length + reason.Length
                + (record.Key?.Length ?? 0) + (record.Value?.Length ?? 0));
        if (_entry.Length < length)
        {
            _entry = new byte[length];
        }

        Span<byte> body = _entry.AsSpan(PoisonFileFormat.EntryHeaderBytes, length - PoisonFileFormat.EntryHeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(body[PoisonFileFormat.OffsetAt..], record.Offset);
        BinaryPrimitives.WriteInt64LittleEndian(body[PoisonFileFormat.TimestampAt..], record.TimestampMs);
        Span<byte> rest = body[PoisonFileFormat.FirstPartAt..];
        rest = Part(rest, kind);
        rest = Part(rest, reason);
        rest = Part(rest, record.Key);
        Part(rest, record.Value);
        BinaryPrimitives.WriteInt32LittleEndian(_entry, body.Length);
        BinaryPrimitives.WriteInt32LittleEndian(_entry.AsSpan(PoisonFileFormat.InvertedLengthAt), ~body.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(_entry.AsSpan(PoisonFileFormat.ChecksumAt), XxHash3.HashToUInt64(body));
        return length;
    }

    private static Span<byte> Part(Span<byte> rest, ReadOnlyMemory<byte>? part)
    {
        BinaryPrimitives.WriteInt32LittleEndian(rest, part?.Length ?? -1);
        part.GetValueOrDefault().Span.CopyTo(rest[sizeof(int)..]);
        return rest[(sizeof(int) + (part?.Length ?? 0))..];
    }
}
