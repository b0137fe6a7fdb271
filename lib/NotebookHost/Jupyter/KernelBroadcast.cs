using System.Text.Json.Nodes;

namespace NotebookHost.Jupyter;

/// <summary>Tells every front end what belongs to one request.</summary>
/// <param name="sockets">Where to.</param>
/// <param name="session">The kernel's session.</param>
/// <param name="request">The request, or <c>null</c> for what belongs to none.</param>
internal sealed class KernelBroadcast(KernelSockets sockets, string session, KernelMessage? request)
{
    /// <summary>Sends a message to all.</summary>
    public void Send(string type, JsonObject content) => sockets.Send(
        KernelChannel.Iopub,
        KernelMessage.Create(type, session, [System.Text.Encoding.UTF8.GetBytes(type)], request?.Header.DeepClone().AsObject() ?? [], content));

    /// <summary>Says whether the kernel is <c>starting</c>, <c>busy</c> or <c>idle</c>.</summary>
    public void Status(string state) => Send("status", new JsonObject { ["execution_state"] = state });
}
