namespace Signals.Storage.Tables;

/// <summary>One entry of the list of sections in a footer.</summary>
/// <param name="Tag">What the section holds; see <see cref="TableFormat"/>.</param>
/// <param name="Flags"><see cref="TableFormat.CriticalSection"/> or 0.</param>
/// <param name="Checksum">The checksum of the section. It includes the identity of the table and the offset.</param>
/// <param name="Offset">The offset of the section.</param>
/// <param name="Length">The number of bytes of the section.</param>
internal readonly record struct TableSection(ushort Tag, ushort Flags, uint Checksum, long Offset, long Length);
