//! Requests whose answers are read only as far as they are needed: serenity cannot parse every
//! message that Discord sends, and a letter that arrived must not count as lost because of that.

use serde_json::Value;
use serenity::all::{ChannelId, MessageId};
use serenity::http::{LightMethod, Multipart, MultipartUpload, Request, Route};

use super::Discord;
use super::deliver::attachments;
use super::write::File;
use super::wrong::{Wrong, ask, code};

impl Discord {
    async fn send(
        &self,
        route: Route<'_>,
        method: LightMethod,
        json: &Value,
        files: &[File],
    ) -> Result<Value, Wrong> {
        let request = Request::new(route, method);
        let request = if files.is_empty() {
            request.body(Some(json.to_string().into_bytes()))
        } else {
            request.multipart(Some(Multipart {
                upload: MultipartUpload::Attachments(attachments(files)),
                fields: Vec::new(),
                payload_json: Some(json.to_string()),
            }))
        };
        ask(self.http().fire::<Value>(request)).await
    }

    /// Writes a new message; its number.
    pub(super) async fn write(
        &self,
        channel_id: ChannelId,
        json: &Value,
        files: &[File],
    ) -> Result<u64, Wrong> {
        let sent = self.send(Route::ChannelMessages { channel_id }, LightMethod::Post, json, files).await?;
        sent["id"].as_str().and_then(|id| id.parse().ok()).ok_or(Wrong::Unknown)
    }

    /// Changes a message.
    pub(super) async fn rewrite(
        &self,
        channel_id: ChannelId,
        message_id: MessageId,
        json: &Value,
        files: &[File],
    ) -> Result<(), Wrong> {
        self.send(Route::ChannelMessage { channel_id, message_id }, LightMethod::Patch, json, files)
            .await
            .map(drop)
    }

    /// Fills in, or changes, the first answer to an interaction.
    /// Gives back the number of the message.
    pub(super) async fn fill_in(&self, token: &str, json: &Value, files: &[File]) -> Result<u64, Wrong> {
        let application_id =
            self.http().application_id().ok_or_else(|| Wrong::Before("not ready".to_owned()))?;
        let route = Route::WebhookOriginalInteractionResponse { application_id, token };
        self.send(route, LightMethod::Patch, json, files).await.map(|message| number(&message))
    }

    /// Adds an answer to an interaction.
    pub(super) async fn add(&self, token: &str, json: &Value, files: &[File]) -> Result<(), Wrong> {
        let application_id =
            self.http().application_id().ok_or_else(|| Wrong::Before("not ready".to_owned()))?;
        let route = Route::WebhookFollowupMessages { application_id, token };
        self.send(route, LightMethod::Post, json, files).await.map(drop)
    }

    /// The messages of a channel after one, oldest first; what cannot be read is left out.
    pub(super) async fn messages_after(
        &self,
        channel_id: ChannelId,
        after: u64,
        limit: u8,
    ) -> Result<Vec<Value>, Wrong> {
        let request = Request::new(Route::ChannelMessages { channel_id }, LightMethod::Get)
            .params(Some(vec![("after", after.to_string()), ("limit", limit.to_string())]));
        let mut page: Vec<Value> = ask(self.http().fire(request)).await?;
        page.sort_by_key(number);
        Ok(page)
    }

    /// The channel of a direct conversation.
    pub(super) async fn open_dm(&self, user: u64) -> Result<u64, Wrong> {
        let body = serde_json::json!({"recipient_id": user.to_string()});
        let channel = self.send(Route::UserMeDmChannels, LightMethod::Post, &body, &[]).await?;
        Some(number(&channel)).filter(|id| *id != 0).ok_or(Wrong::Refused(404, code::UNKNOWN_CHANNEL))
    }
}

/// The number of anything of Discord's; 0 if it has none.
pub(super) fn number(json: &Value) -> u64 {
    json["id"].as_str().and_then(|id| id.parse().ok()).unwrap_or(0)
}
