using System.Runtime.Serialization;

namespace Dapr.Actors.Communication;

/// <summary>The body of an error reply; its contract is the official SDK's.</summary>
[DataContract(Name = "ActorInvokeExceptionData", Namespace = RemotingHeader.ActorNamespace)]
internal sealed class ActorInvokeExceptionData
{
    [DataMember]
    public string? Message { get; set; }

    [DataMember]
    public string? Type { get; set; }
}
