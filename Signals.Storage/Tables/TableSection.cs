namespace Signals.Storage.Tables;

/// <summary>One entry of the footer's section list.</summary>
/// <param name="Tag">What the section holds; see <see cref="TableFormat"/>.</param>
/// <param name="Flags"><see cref="TableFormat.CriticalSection"/> or 0.</param>
/// <param name="Checksum">Checksum of the section, bound to table and offset.</param>
/// <param name="Offset">Where the section starts.</param>
/// <param name="Length">Bytes of the section.</param>
internal readonly record struct TableSection(ushort Tag, ushort Flags, uint Checksum, long Offset, long Length);
