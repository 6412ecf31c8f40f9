using System.Buffers.Binary;
using Signals.Core.Model;
using Signals.Storage.FileSystem;
using Signals.Storage.Tables;
using Signals.Tests.Storage.Tables;

namespace Signals.Tests.Reliability.Hostile;

/// <summary>A table put together from chunks that no writer writes, every checksum right. One thread.</summary>
internal sealed class HostileTable
{
    public required EventTypeSchema Schema { get; init; }

    public RowDefaults Defaults { get; init; } = RowDefaults.Streamed;

    public long WindowStart { get; init; } = TableSample.WindowStart;

    /// <summary>The time of every row.</summary>
    public long Time { get; init; } = TableSample.WindowStart;

    /// <summary>Rows of each block, and its chunks in the order of the file.</summary>
    public required (int Rows, HostileChunk[] Chunks)[] Blocks { get; init; }

    /// <summary>Rows of each user; null when one user has all.</summary>
    public int[]? Users { get; init; }

    /// <summary>The table's bytes.</summary>
    /// <param name="identity">What checksums are bound to.</param>
    /// <param name="meta">What a manifest says of it.</param>
    public byte[] Make(ulong identity, out TableMeta meta)
    {
        MemoryFileSystem files = new();
        using IFile file = files.Open("t", FileOpenMode.CreateNew);
        TableLayout layout = new([.. Schema.Columns.Select(column => column.Type)], Defaults);
        int rows = Blocks.Sum(block => block.Rows);
        int[] users = Users ?? [rows];
        using OwnedMemory memory = new();
        TableOutput output = new(file, 0, identity, memory);
        output.Append(TableFormat.Envelope.EncodeHeader(identity, Defaults.CriticalFlags));
        output.BeginSection();
        byte[] index = WriteBlocks(output, layout, identity);
        TableDirectoryBuilder directory = new(memory);
        for (int i = 0; i < users.Length; i++)
        {
            directory.Add(UserId.From((ulong)i + 1), users[i], Time, Time);
        }

        TableFooter footer = new()
        {
            Identity = identity,
            EventType = Schema.Id,
            Columns = (ushort)Schema.Columns.Count,
            Users = users.Length,
            Rows = rows,
            WindowStart = WindowStart,
            MinTime = Time,
            MaxTime = Time,
            NewestInserted = Time,
            Defaults = Defaults,
            Traits = RowTraits.None,
            Sections =
            [
                output.EndSection(TableFormat.BlocksSection),
                Section(output, TableFormat.ColumnsSection, TableColumns.Encode(layout)),
                Section(output, TableFormat.DirectorySection, directory.Encode()),
                Section(output, TableFormat.IndexSection, index),
            ],
        };
        output.Append(footer.Encode(output.Offset, out uint checksum));
        output.Flush();
        meta = new TableMeta
        {
            Number = identity,
            EventType = Schema.Id,
            WindowStart = WindowStart,
            MinTime = Time,
            MaxTime = Time,
            Rows = rows,
            Users = users.Length,
            FileLength = output.Offset,
            FileChecksum = checksum,
            Kind = Defaults.Kind,
            Stamp = Defaults.Stamp,
            Traits = RowTraits.None,
            NewestInserted = Time,
        };
        return files["t"];
    }

    private static TableSection Section(TableOutput output, ushort tag, byte[] bytes)
    {
        output.BeginSection();
        output.Append(bytes);
        return output.EndSection(tag);
    }

    private byte[] WriteBlocks(TableOutput output, TableLayout layout, ulong identity)
    {
        List<uint> index = [(uint)Blocks.Length, (uint)layout.Positions];
        foreach ((int rows, HostileChunk[] chunks) in Blocks)
        {
            index.Add((uint)rows);
            foreach (HostileChunk chunk in chunks)
            {
                if (chunk.Payload.Length == 0)
                {
                    index.Add(0);
                    continue;
                }

                byte[] checksum = new byte[TableFormat.ChecksumLength];
                BinaryPrimitives.WriteUInt32LittleEndian(checksum, TableFormat.Checksum(identity, output.Offset, chunk.Payload));
                output.Append(chunk.Payload);
                output.Append(checksum);
                index.Add((uint)(chunk.Payload.Length + checksum.Length) | (uint)chunk.Codec << TableFormat.ChunkCodecShift);
            }
        }

        byte[] section = new byte[index.Count * sizeof(uint)];
        for (int i = 0; i < index.Count; i++)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(section.AsSpan(i * sizeof(uint)), index[i]);
        }

        return section;
    }
}
