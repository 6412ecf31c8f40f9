using System.Runtime.InteropServices;
using Apache.Arrow.C;

namespace Signals.Arrow.Interop;

/// <summary>
/// <c>ArrowArrayStream</c> of the Arrow C stream interface. The layout is part of the interface and never changes
/// (https://arrow.apache.org/docs/format/CStreamInterface.html).
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ArrowStreamStruct
{
    public delegate* unmanaged<ArrowStreamStruct*, CArrowSchema*, int> GetSchema;
    public delegate* unmanaged<ArrowStreamStruct*, ArrowArrayStruct*, int> GetNext;
    public delegate* unmanaged<ArrowStreamStruct*, byte*> GetLastError;
    public delegate* unmanaged<ArrowStreamStruct*, void> Release;
    public void* PrivateData;
}
