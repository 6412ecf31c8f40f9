using System.Runtime.InteropServices;

namespace Signals.Arrow.Interop;

/// <summary>
/// <c>ArrowArray</c> of the Arrow C data interface. The layout is part of the interface and never changes
/// (https://arrow.apache.org/docs/format/CDataInterface.html).
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ArrowArrayStruct
{
    public long Length;
    public long NullCount;
    public long Offset;
    public long BufferCount;
    public long ChildCount;
    public void** Buffers;
    public ArrowArrayStruct** Children;
    public ArrowArrayStruct* Dictionary;
    public delegate* unmanaged<ArrowArrayStruct*, void> Release;
    public void* PrivateData;
}
