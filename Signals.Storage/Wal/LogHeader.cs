using System.Buffers.Binary;
using Signals.Storage.FileSystem;
using Signals.Storage.Primitives;

namespace Signals.Storage.Wal;

/// <summary>The header page of a log file. Immutable.</summary>
/// <param name="LogNumber">The number of the log. A store never uses a number twice.</param>
/// <param name="FixedSize">The length of the file in bytes, or 0 for a log that grows.</param>
internal readonly record struct LogHeader(ulong LogNumber, long FixedSize)
{
    /// <summary>Encodes the header as a whole page.</summary>
    public byte[] ToPage()
    {
        byte[] page = new byte[LogFormat.HeaderBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(LogFormat.MagicOffset), LogFormat.Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(LogFormat.VersionOffset), LogFormat.Version);
        BinaryPrimitives.WriteUInt64LittleEndian(page.AsSpan(LogFormat.LogNumberOffset), LogNumber);
        BinaryPrimitives.WriteInt64LittleEndian(page.AsSpan(LogFormat.FixedSizeOffset), FixedSize);
        uint checksum = Crc32C.Compute(page.AsSpan(0, LogFormat.HeaderChecksumOffset));
        BinaryPrimitives.WriteUInt32LittleEndian(page.AsSpan(LogFormat.HeaderChecksumOffset), checksum);
        return page;
    }

    /// <summary>Reads and checks the page and the length of the file.</summary>
    /// <exception cref="CorruptionException">
    /// The page is damaged or belongs to another log, or the file has another length. A log gets its name only after it is
    /// durable, so none of this can come from a crash.
    /// </exception>
    public static LogHeader Read(IFile file, ulong logNumber)
    {
        Span<byte> page = stackalloc byte[LogFormat.HeaderBytes];
        int count = file.Read(0, page);
        if (count < page.Length)
        {
            throw new CorruptionException(file.Path, count, $"the log ends inside its header of {page.Length} bytes.");
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(page[LogFormat.MagicOffset..]) != LogFormat.Magic)
        {
            throw new CorruptionException(file.Path, LogFormat.MagicOffset, "the file is not a Signals log.");
        }

        uint checksum = Crc32C.Compute(page[..LogFormat.HeaderChecksumOffset]);
        if (BinaryPrimitives.ReadUInt32LittleEndian(page[LogFormat.HeaderChecksumOffset..]) != checksum)
        {
            throw new CorruptionException(file.Path, LogFormat.HeaderChecksumOffset, "the checksum of the log header is wrong.");
        }

        uint version = BinaryPrimitives.ReadUInt32LittleEndian(page[LogFormat.VersionOffset..]);
        if (version != LogFormat.Version)
        {
            throw new SignalsException(
                $"'{file.Path}' has log format {version}; this version of Signals reads {LogFormat.Version}. Open it with a newer "
                + "version.");
        }

        var header = new LogHeader(
            BinaryPrimitives.ReadUInt64LittleEndian(page[LogFormat.LogNumberOffset..]),
            BinaryPrimitives.ReadInt64LittleEndian(page[LogFormat.FixedSizeOffset..]));
        if (header.LogNumber != logNumber)
        {
            throw new CorruptionException(
                file.Path, LogFormat.LogNumberOffset, $"the file holds log {header.LogNumber}, expected log {logNumber}.");
        }

        long length = file.Length;
        if (header.FixedSize != 0 && header.FixedSize != length)
        {
            throw new CorruptionException(file.Path, length, $"the log is {length} bytes long, expected {header.FixedSize}.");
        }

        return header;
    }
}
