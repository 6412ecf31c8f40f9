using MessagePack;

namespace Signals.Storage.Versions;

/// <summary>An erased user. All events of the user up to and including <paramref name="CutoffMs"/> are erased.</summary>
/// <param name="User">The erased user.</param>
/// <param name="CutoffMs">The newest erased event time, in ms since the Unix epoch, inclusive.</param>
internal readonly record struct Erasure(UserId User, long CutoffMs)
{
    private const int Fields = 3;

    /// <summary>Writes it as a version edit holds it.</summary>
    public void Write(ref MessagePackWriter writer)
    {
        writer.WriteArrayHeader(Fields);
        writer.Write(User.High);
        writer.Write(User.Low);
        writer.Write(CutoffMs);
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no erasure.</exception>
    public static Erasure Read(ref MessagePackReader reader)
    {
        int fields = reader.ReadArrayHeader();
        if (fields != Fields)
        {
            throw new InvalidDataException($"An erasure has {fields} fields, expected {Fields}.");
        }

        var erasure = new Erasure(new UserId(reader.ReadUInt64(), reader.ReadUInt64()), reader.ReadInt64());
        return erasure.CutoffMs != ErasureSet.NoCutoff
            ? erasure
            : throw new InvalidDataException("An erasure has the cutoff that stands for no erasure.");
    }
}
