using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;
using Signals.Kafka.Poison;

namespace Signals.Kafka;

/// <summary>Reads the files that <see cref="PoisonPolicy.ToFolder"/> writes (docs/formats/partition-log.md). Pure; any thread.</summary>
public static class PoisonFile
{
    /// <summary>
    /// The records of a file in the order in which they were met. A record that a crash cut short at the end, and zeros there, are left
    /// out. Other damage at the end, which a power cut may also leave, is moved to a file of its own by the next run of the partition.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="CorruptionException">The file is not one of poison records, or an entry is damaged.</exception>
    public static IEnumerable<PoisonRecord> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadEntries(Path.GetFullPath(path));
    }

    /// <summary>The length of the whole entries of a file, which is where the next one goes. What is behind may be damaged.</summary>
    /// <exception cref="CorruptionException">The file is not one of poison records, or a whole entry is behind a damaged one.</exception>
    internal static long WholeLength(FileStream file)
    {
        long whole = PoisonFileFormat.Magic.Length;
        file.Position = 0;
        if (!TryReadMagic(file))
        {
            return 0;
        }

        try
        {
            while (TryReadEntry(file, whole, out _))
            {
                whole = file.Position;
            }
        }
        catch (CorruptionException) when (!HasWholeEntryBehind(file, whole))
        {
            // A power cut may leave any bytes behind the last entry that was synced.
        }

        return whole;
    }

    private static bool HasWholeEntryBehind(FileStream file, long damaged)
    {
        ulong window = 0;
        file.Position = damaged + 1;
        for (long read = 1; file.ReadByte() is >= 0 and int next; read++)
        {
            window = (window >> 8) | ((ulong)next << 56);
            int length = (int)window;
            if (read >= sizeof(ulong) && length == ~(int)(window >> 32) && length >= PoisonFileFormat.FirstPartAt)
            {
                long behindLengths = file.Position;
                file.Position -= sizeof(ulong);
                if (IsWholeEntry(file))
                {
                    return true;
                }

                file.Position = behindLengths;
            }
        }

        return false;
    }

    private static bool IsWholeEntry(FileStream file)
    {
        try
        {
            return TryReadEntry(file, file.Position, out _);
        }
        catch (CorruptionException)
        {
            return false; // bytes that look like a length
        }
    }

    private static IEnumerable<PoisonRecord> ReadEntries(string path)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!TryReadMagic(file))
        {
            yield break;
        }

        while (TryReadEntry(file, file.Position, out byte[] body))
        {
            yield return Parse(file.Name, file.Position - body.Length, body);
        }
    }

    // A crash leaves at most a beginning of the magic, or of the last entry.
    private static bool TryReadMagic(FileStream file)
    {
        Span<byte> magic = stackalloc byte[PoisonFileFormat.Magic.Length];
        int read = file.ReadAtLeast(magic, magic.Length, throwOnEndOfStream: false);
        return PoisonFileFormat.Magic.StartsWith(magic[..read])
            ? read == magic.Length
            : throw new CorruptionException(file.Name, 0, "The file does not begin as a file of poison records does.");
    }

    private static bool TryReadEntry(FileStream file, long at, out byte[] body)
    {
        body = [];
        Span<byte> header = stackalloc byte[PoisonFileFormat.EntryHeaderBytes];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            return false; // cut short
        }

        if (!header.ContainsAnyExcept((byte)0) && IsZeroToItsEnd(file))
        {
            return false; // never written: a power cut may leave zeros
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (length is < PoisonFileFormat.FirstPartAt or > PoisonFileFormat.MaxBodyBytes
            || length != ~BinaryPrimitives.ReadInt32LittleEndian(header[PoisonFileFormat.InvertedLengthAt..]))
        {
            throw new CorruptionException(file.Name, at, $"An entry says that it has {length} bytes.");
        }

        if (length > file.Length - file.Position)
        {
            return false;
        }

        body = new byte[length];
        file.ReadExactly(body);
        return XxHash3.HashToUInt64(body) == BinaryPrimitives.ReadUInt64LittleEndian(header[PoisonFileFormat.ChecksumAt..])
            ? true
            : throw new CorruptionException(file.Name, at, "The checksum of an entry does not fit its bytes.");
    }

    private static bool IsZeroToItsEnd(FileStream file)
    {
        byte[] bytes = new byte[4096];
        for (int read; (read = file.Read(bytes)) > 0;)
        {
            if (bytes.AsSpan(0, read).ContainsAnyExcept((byte)0))
            {
                return false;
            }
        }

        return true;
    }

    private static PoisonRecord Parse(string file, long at, byte[] body)
    {
        int next = PoisonFileFormat.FirstPartAt;
        ReadOnlyMemory<byte>? kind = Part(), reason = Part(), key = Part(), value = Part();
        return next == body.Length
            ? new PoisonRecord(
                BinaryPrimitives.ReadInt64LittleEndian(body.AsSpan(PoisonFileFormat.OffsetAt)),
                BinaryPrimitives.ReadInt64LittleEndian(body.AsSpan(PoisonFileFormat.TimestampAt)),
                Encoding.UTF8.GetString(kind.GetValueOrDefault().Span),
                Encoding.UTF8.GetString(reason.GetValueOrDefault().Span),
                key,
                value)
            : throw Damaged();

        ReadOnlyMemory<byte>? Part()
        {
            int length = body.Length - next >= sizeof(int) ? BinaryPrimitives.ReadInt32LittleEndian(body.AsSpan(next)) : int.MaxValue;
            next += sizeof(int);
            if (length == -1)
            {
                return null;
            }

            if (length < 0 || length > body.Length - next)
            {
                throw Damaged();
            }

            next += length;
            return body.AsMemory(next - length, length);
        }

        CorruptionException Damaged() => new(file, at, "The parts of an entry do not add up to its length.");
    }
}
